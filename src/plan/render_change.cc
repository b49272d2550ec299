// SPDX-License-Identifier: Apache-2.0
#include "plan/render_change.h"

#include "base/format.h"
#include "base/strings.h"
#include "state/file.h"
#include "value/print.h"

namespace terrace::plan {

namespace {

/// Writes values and differences of values; `indent` is the column of the symbol.
class Body {
 public:
  Body(const PlanStyle& style, std::span<const value::Path> replace) : style_(style), replace_(replace) {}
  std::string out;

  std::string symbol(char c) const {
    if (c == ' ') return " ";
    const char* code = c == '+' ? "32" : c == '-' ? "31" : "33";
    return style_.color ? format("\033[{}m{}\033[0m", code, c) : std::string(1, c);
  }

  static bool hidden(const Value& v) { return v.is_null(); }
  bool secret(const Value& v) const { return !style_.show_sensitive && (v.marks().has(MarkKind::sensitive) || v.marks().has(MarkKind::ephemeral)); }

  std::string forced(const value::Path& path) const {
    for (const auto& one : replace_) {
      if (one == path) return style_.color ? " \033[31m# forces replacement\033[0m" : " # forces replacement";
    }
    return {};
  }

  /// One whole value, multi-line where it has content; `indent` is the column of the closing bracket.
  void whole(const Value& v, int indent, char c) {
    if (secret(v)) { out += "(sensitive value)"; return; }
    switch (v.kind()) {
      case Kind::unknown: out += "(known after apply)"; return;
      case Kind::null: out += style_.color ? "\033[90mnull\033[0m" : "null"; return;
      case Kind::boolean: out += v.as_bool() ? "true" : "false"; return;
      case Kind::number: out += v.as_number().text(); return;
      case Kind::string: text(v.as_string(), indent); return;
      case Kind::list: case Kind::set: case Kind::tuple:
        if (v.length() == 0) { out += "[]"; return; }
        out += '[';
        for (const auto& item : v.elements()) {
          line(indent + 2, c);
          whole(item, indent + 4, c);
          out += ',';
        }
        close(indent, ']');
        return;
      case Kind::map: case Kind::object: {
        if (v.length() == 0) { out += "{}"; return; }
        out += '{';
        std::size_t width = 0;
        auto names = names_of(v);
        for (const auto& name : names) width = std::max(width, name.size());
        for (std::size_t i = 0; i < names.size(); ++i) {
          if (v.kind() == Kind::object && hidden(v.elements()[i])) continue;
          line(indent + 2, c);
          out += names[i] + std::string(width - names[i].size(), ' ') + " = ";
          whole(v.elements()[i], indent + 4, c);
        }
        close(indent, '}');
        return;
      }
    }
  }

  /// `before -> after`; the caller has written name and `=`.
  void difference(const Value& before, const Value& after, int indent, const value::Path& path) {
    bool collections = before.is_known() && after.is_known() && before.kind() == after.kind() && !secret(before) && !secret(after);
    Kind kind = before.kind();
    if (collections && (kind == Kind::map || kind == Kind::object)) return mapping(before, after, indent, path);
    if (collections && (kind == Kind::list || kind == Kind::tuple || kind == Kind::set)) return sequence(before, after, indent, path);
    if (collections && kind == Kind::string && (before.as_string().find('\n') != std::string_view::npos || after.as_string().find('\n') != std::string_view::npos)) {
      return lines(before.as_string(), after.as_string(), indent, path);
    }
    whole(before, indent, '-');
    out += style_.color ? " \033[33m->\033[0m " : " -> ";
    whole(after, indent, '+');
    out += forced(path);
  }

  void line(int indent, char c) {
    out += '\n';
    out.append(static_cast<std::size_t>(indent), ' ');
    out += symbol(c) + " ";
  }
  void close(int indent, char bracket) {
    out += '\n';
    out.append(static_cast<std::size_t>(indent) + 2, ' ');
    out += bracket;
  }
  void note(int indent, std::size_t n, std::string_view what) {
    out += '\n';
    out.append(static_cast<std::size_t>(indent) + 2, ' ');
    std::string text = format("# ({} hidden)", base::count_of(n, format("unchanged {}", what)));
    out += style_.color ? format("\033[90m{}\033[0m", text) : text;
  }

 private:
  const PlanStyle& style_;
  std::span<const value::Path> replace_;

  static std::vector<std::string> names_of(const Value& v) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < v.length(); ++i) {
      std::string_view name = v.kind() == Kind::map ? std::string_view(v.keys()[i]) : v.type().attributes()[i].name.text();
      names.push_back(v.kind() == Kind::map || !base::is_identifier(name) ? value::quote(name) : std::string(name));
    }
    return names;
  }
  void text(std::string_view s, int indent) {
    if (s.find('\n') == std::string_view::npos) {
      out += base::printable(value::quote(s));
      return;
    }
    out += "<<-EOT";
    std::string_view body = s.ends_with('\n') ? s.substr(0, s.size() - 1) : s;
    for (auto part : base::split(body, '\n')) {
      out += '\n';
      out.append(static_cast<std::size_t>(indent) + 4, ' ');
      out += base::printable(part);
    }
    out += '\n';
    out.append(static_cast<std::size_t>(indent) + 2, ' ');
    out += "EOT";
  }
  void lines(std::string_view before, std::string_view after, int indent, const value::Path& path) {
    out += "<<-EOT" + forced(path);
    auto strip = [](std::string_view s) { return s.ends_with('\n') ? s.substr(0, s.size() - 1) : s; };
    auto a = base::split(strip(before), '\n'), b = base::split(strip(after), '\n');
    for (auto [kind, part] : align<std::string_view>(a, b, [](auto x, auto y) { return x == y; })) {
      out += '\n';
      out.append(static_cast<std::size_t>(indent) + 2, ' ');
      out += symbol(kind) + " " + base::printable(part);
    }
    out += '\n';
    out.append(static_cast<std::size_t>(indent) + 2, ' ');
    out += "EOT";
  }

  /// Longest common subsequence; long inputs are compared by common head and tail only, so that time stays linear.
  template <class T, class E>
  static std::vector<std::pair<char, T>> align(const std::vector<T>& a, const std::vector<T>& b, E&& equal) {
    std::vector<std::pair<char, T>> result, tail;
    std::size_t head = 0, end_a = a.size(), end_b = b.size();
    while (head < end_a && head < end_b && equal(a[head], b[head])) result.emplace_back(' ', a[head++]);
    while (end_a > head && end_b > head && equal(a[end_a - 1], b[end_b - 1])) {
      tail.emplace_back(' ', a[--end_a]);
      --end_b;
    }
    std::size_t n = end_a - head, m = end_b - head;
    if (n * m <= 1'000'000) {
      std::vector<std::vector<std::uint32_t>> best(n + 1, std::vector<std::uint32_t>(m + 1, 0));
      for (std::size_t i = n; i-- > 0;) {
        for (std::size_t j = m; j-- > 0;) best[i][j] = equal(a[head + i], b[head + j]) ? best[i + 1][j + 1] + 1 : std::max(best[i + 1][j], best[i][j + 1]);
      }
      std::size_t i = 0, j = 0;
      while (i < n || j < m) {
        if (i < n && j < m && equal(a[head + i], b[head + j])) result.emplace_back(' ', a[head + i]), ++i, ++j;
        else if (i < n && (j == m || best[i + 1][j] >= best[i][j + 1])) result.emplace_back('-', a[head + i++]);
        else result.emplace_back('+', b[head + j++]);
      }
    } else {
      for (std::size_t i = head; i < end_a; ++i) result.emplace_back('-', a[i]);
      for (std::size_t j = head; j < end_b; ++j) result.emplace_back('+', b[j]);
    }
    result.insert(result.end(), tail.rbegin(), tail.rend());
    return result;
  }

  void mapping(const Value& before, const Value& after, int indent, const value::Path& path) {
    out += '{' + forced(path);
    std::map<std::string, std::pair<const Value*, const Value*>> all;
    auto old_names = names_of(before), new_names = names_of(after);
    for (std::size_t i = 0; i < old_names.size(); ++i) all[old_names[i]].first = &before.elements()[i];
    for (std::size_t i = 0; i < new_names.size(); ++i) all[new_names[i]].second = &after.elements()[i];
    std::size_t width = 0, unchanged = 0;
    for (const auto& [name, pair] : all) width = std::max(width, name.size());
    bool object = before.kind() == Kind::object;
    for (const auto& [name, pair] : all) {
      auto [a, b] = pair;
      if (object && (a == nullptr || hidden(*a)) && (b == nullptr || hidden(*b))) continue;
      if (a != nullptr && b != nullptr && a->same(*b)) {
        ++unchanged;
        continue;
      }
      bool added = a == nullptr || (object && hidden(*a)), removed = b == nullptr || (object && hidden(*b));
      line(indent + 2, added ? '+' : removed ? '-' : '~');
      out += name + std::string(width - name.size(), ' ') + " = ";
      value::Path below = path;
      std::string_view plain = name.front() == '"' ? std::string_view(name).substr(1, name.size() - 2) : std::string_view(name);
      below.push_back(object ? value::PathStep::attribute(Symbol(plain)) : value::PathStep::index(Value::string(plain)));
      if (added) {
        whole(*b, indent + 4, '+');
      } else if (removed) {
        whole(*a, indent + 4, '-');
        out += " -> null";
      } else {
        difference(*a, *b, indent + 4, below);
      }
    }
    if (unchanged > 0) note(indent + 2, unchanged, object ? "attribute" : "element");
    close(indent, '}');
  }

  void sequence(const Value& before, const Value& after, int indent, const value::Path& path) {
    out += '[' + forced(path);
    std::vector<const Value*> a, b;
    for (const auto& item : before.elements()) a.push_back(&item);
    for (const auto& item : after.elements()) b.push_back(&item);
    std::size_t unchanged = 0;
    // Lists of one length are compared position by position (observed).
    if (before.kind() != Kind::set && a.size() == b.size()) {
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i]->same(*b[i])) {
          ++unchanged;
          continue;
        }
        if (unchanged > 0) note(indent + 2, std::exchange(unchanged, 0), "element");
        line(indent + 2, '~');
        value::Path below = path;
        below.push_back(value::PathStep::index(Value::number(static_cast<std::int64_t>(i))));
        difference(*a[i], *b[i], indent + 4, below);
        out += ',';
      }
    } else {
      for (auto [kind, item] : align<const Value*>(a, b, [](const Value* x, const Value* y) { return x->same(*y); })) {
        if (kind == ' ') {
          ++unchanged;
          continue;
        }
        if (unchanged > 0) note(indent + 2, std::exchange(unchanged, 0), "element");
        line(indent + 2, kind);
        whole(*item, indent + 4, kind);
        out += ',';
      }
    }
    if (unchanged > 0) note(indent + 2, unchanged, "element");
    close(indent, ']');
  }
};

std::string headline(const ResourceChange& change, ChangeKind kind, bool color) {
  std::string address = change.address.text();
  if (!change.deposed.empty()) address += format(" (deposed object {})", change.deposed);
  auto bold = [&](std::string_view text) { return color ? format("\033[1m{}\033[0m", text) : std::string(text); };
  auto red = [&](std::string_view text) { return color ? format("\033[1m\033[31m{}\033[0m", text) : std::string(text); };
  if (kind == ChangeKind::drift) return bold("  # " + address + (change.after.is_null() ? " has been deleted" : " has changed")) + "\n";
  std::string text;
  switch (change.action) {
    case Action::create: text = bold("  # " + address) + " will be created\n"; break;
    case Action::read:
      text = bold("  # " + address) + " will be read during apply\n";
      if (change.reason == Reason::read_because_config_unknown) text += "  # (config refers to values not yet known)\n";
      if (change.reason == Reason::read_because_dependency_pending) text += "  # (depends on a resource or a module with changes pending)\n";
      if (change.reason == Reason::read_because_check_nested) text += "  # (config will be reloaded to verify a check block)\n";
      break;
    case Action::update: text = bold("  # " + address) + " will be updated in-place\n"; break;
    case Action::no_op: text = bold("  # " + change.previous_address.text()) + " has moved to " + bold(address) + "\n"; return text;
    case Action::forget: text = bold("  # " + address) + " will no longer be managed by Terraform, but will not be destroyed\n"; break;
    case Action::remove: {
      text = bold("  # " + address) + " will be " + red("destroyed") + "\n";
      std::string why;
      switch (change.reason) {
        case Reason::delete_because_no_resource_config: why = format("because {} is not in configuration", change.address.resource.text()); break;
        case Reason::delete_because_no_module: why = format("because {} is not in configuration", change.address.module.text()); break;
        case Reason::delete_because_wrong_repetition:
          why = change.address.key.kind() == addrs::InstanceKey::Kind::none ? "because resource uses count or for_each" : "because resource does not use count";
          if (change.address.key.kind() == addrs::InstanceKey::Kind::string) why = "because resource does not use for_each";
          break;
        case Reason::delete_because_count_index: why = format("because index {} is out of range for count", change.address.key.suffix()); break;
        case Reason::delete_because_each_key: why = format("because key {} is not in for_each map", change.address.key.suffix()); break;
        case Reason::delete_because_no_move_target: why = format("because {} was moved to {}, which is not in configuration", change.previous_address.text(), change.address.text()); break;
        case Reason::none: case Reason::replace_because_tainted: case Reason::replace_because_cannot_update: case Reason::replace_by_request: case Reason::replace_by_triggers:
        case Reason::read_because_config_unknown: case Reason::read_because_dependency_pending: case Reason::read_because_check_nested: break;
      }
      if (!change.deposed.empty()) why = "left over from a partially-failed replacement of this instance";
      if (!why.empty()) text += "  # (" + why + ")\n";
      break;
    }
    case Action::delete_then_create: case Action::create_then_delete:
      if (change.reason == Reason::replace_because_tainted) text = bold("  # " + address) + " is tainted, so must be " + red("replaced") + "\n";
      else if (change.reason == Reason::replace_by_request) text = bold("  # " + address) + " will be " + red("replaced") + ", as requested\n";
      else if (change.reason == Reason::replace_by_triggers) text = bold("  # " + address) + " will be " + red("replaced") + " due to changes in replace_triggered_by\n";
      else text = bold("  # " + address) + " must be " + red("replaced") + "\n";
      break;
  }
  if (change.moved()) text += format("  # (moved from {})\n", change.previous_address.text());
  return text;
}

std::string action_symbol(Action action, bool color) {
  auto paint = [&](const char* code, const char* text) { return color ? format("\033[{}m{}\033[0m", code, text) : std::string(text); };
  switch (action) {
    case Action::create: return "  " + paint("32", "+");
    case Action::update: return "  " + paint("33", "~");
    case Action::remove: return "  " + paint("31", "-");
    case Action::read: return " " + paint("36", "<=");
    case Action::delete_then_create: return paint("31", "-") + "/" + paint("32", "+");
    case Action::create_then_delete: return paint("32", "+") + "/" + paint("31", "-");
    case Action::forget: return "  " + paint("31", ".");
    case Action::no_op: return "   ";
  }
  return "   ";
}

bool block_null(const Value& v) { return v.is_null() || (v.kind() == Kind::string && v.as_string().empty()); }

/// The attributes and nested blocks of one block; `indent` is the column of its own symbol.
void block_body(Body& body, const schema::Block& schema, const Value& before, const Value& after, int indent, value::Path& path, Action action) {
  bool creating = before.is_null(), removing = after.is_null();
  std::size_t width = 0, unchanged = 0, unchanged_blocks = 0;
  auto value_of = [](const Value& object, Symbol name) {
    const Value* found = object.kind() == Kind::object ? object.attribute(name) : nullptr;
    return found == nullptr ? Value() : *found;
  };
  for (const auto& attribute : schema.attributes) {
    if (!block_null(value_of(before, attribute.name)) || !block_null(value_of(after, attribute.name))) width = std::max(width, attribute.name.text().size());
  }
  bool any = false;
  for (const auto& attribute : schema.attributes) {
    Value a = value_of(before, attribute.name), b = value_of(after, attribute.name);
    if (attribute.write_only && action != Action::no_op && a.is_null() && b.is_null()) continue;
    bool none_before = block_null(a), none_after = block_null(b);
    if (none_before && none_after) continue;
    bool same = a.same(b);
    std::string_view name = attribute.name.text();
    bool identifying = name == "id" || name == "name" || name == "tags";
    if (same && !identifying) {
      ++unchanged;
      continue;
    }
    if (attribute.sensitive) a = a.mark(MarkKind::sensitive), b = b.mark(MarkKind::sensitive);
    path.push_back(value::PathStep::attribute(attribute.name));
    char symbol = same ? ' ' : creating || a.is_null() ? '+' : removing || (b.is_null() && b.is_known()) ? '-' : '~';
    body.line(indent + 2, symbol);
    body.out += std::string(name) + std::string(width - std::min(width, name.size()), ' ') + " = ";
    if (same) {
      body.whole(b, indent + 4, ' ');
    } else if (symbol == '+') {
      body.whole(b, indent + 4, '+');
      body.out += body.forced(path);
    } else if (symbol == '-') {
      body.whole(a, indent + 4, '-');
      body.out += " -> null" + body.forced(path);
    } else {
      body.difference(a, b, indent + 4, path);
    }
    path.pop_back();
    any = true;
  }
  if (unchanged > 0) body.note(indent, unchanged, "attribute");
  any = any || unchanged > 0;
  for (const auto& nested : schema.blocks) {
    Value a = value_of(before, nested.name), b = value_of(after, nested.name);
    auto items = [&](const Value& v) {
      std::vector<std::pair<std::string, Value>> list;
      if (v.is_null() || v.is_unknown()) return list;
      if (nested.nesting == schema::Nesting::single || nested.nesting == schema::Nesting::group) {
        list.emplace_back("", v);
      } else if (v.kind() == Kind::map || v.kind() == Kind::object) {
        for (std::size_t i = 0; i < v.length(); ++i) list.emplace_back(v.kind() == Kind::map ? v.keys()[i] : std::string(v.type().attributes()[i].name.text()), v.elements()[i]);
      } else {
        for (const auto& item : v.elements()) list.emplace_back("", item);
      }
      return list;
    };
    auto old_items = items(a), new_items = items(b);
    bool first = true;
    auto write = [&](const Value& x, const Value& y, const std::string& label) {
      if (x.same(y)) {
        ++unchanged_blocks;
        return;
      }
      if (first && any) body.out += '\n';
      first = false;
      char symbol = x.is_null() ? '+' : y.is_null() ? '-' : '~';
      body.line(indent + 2, symbol);
      path.push_back(value::PathStep::attribute(nested.name));
      body.out += std::string(nested.name.text()) + (label.empty() ? "" : " " + value::quote(label)) + " {" + body.forced(path);
      block_body(body, *nested.block, x, y, indent + 4, path, action);
      path.pop_back();
      body.close(indent + 2, '}');
    };
    if (nested.nesting == schema::Nesting::set) {
      std::vector<bool> kept(new_items.size(), false);
      for (const auto& [label, item] : old_items) {
        bool found = false;
        for (std::size_t i = 0; i < new_items.size() && !found; ++i) {
          if (!kept[i] && new_items[i].second.same(item)) kept[i] = found = true;
        }
        if (found) ++unchanged_blocks;
        else write(item, Value(), "");
      }
      for (std::size_t i = 0; i < new_items.size(); ++i) {
        if (!kept[i]) write(Value(), new_items[i].second, "");
      }
    } else if (nested.nesting == schema::Nesting::map) {
      std::map<std::string, std::pair<Value, Value>> all;
      for (auto& [label, item] : old_items) all[label].first = item;
      for (auto& [label, item] : new_items) all[label].second = item;
      for (auto& [label, pair] : all) write(pair.first, pair.second, label);
    } else {
      for (std::size_t i = 0; i < std::max(old_items.size(), new_items.size()); ++i) {
        write(i < old_items.size() ? old_items[i].second : Value(), i < new_items.size() ? new_items[i].second : Value(), "");
      }
    }
    if (b.is_unknown()) {
      body.line(indent + 2, '+');
      body.out += std::string(nested.name.text()) + " (known after apply)";
    }
  }
  if (unchanged_blocks > 0) {
    body.out += '\n';
    body.note(indent, unchanged_blocks, "block");
  }
}

}  // namespace

std::string render_change(const ResourceChange& change, const PlanStyle& style, ChangeKind kind) {
  std::string text = "\n" + headline(change, kind, style.color);
  Action action = change.action;
  if (kind == ChangeKind::drift) action = change.after.is_null() ? Action::remove : Action::update;
  std::string_view word = change.address.resource.mode == addrs::Mode::data ? "data" : "resource";
  Body body(style, change.replace_paths);
  body.out = format("{} {} \"{}\" \"{}\" {{", action_symbol(action, style.color), word, change.address.resource.type.text(), change.address.resource.name.text());
  value::Path path;
  if (change.schema != nullptr) block_body(body, *change.schema, change.before.unmarked(), change.after.unmarked(), 4, path, action);
  body.out += "\n    }\n";
  return text + body.out;
}

std::string render_output_change(const OutputChange& change, std::size_t name_width, const PlanStyle& style) {
  Body body(style, {});
  Value before = change.sensitive ? change.before.mark(MarkKind::sensitive) : change.before;
  Value after = change.sensitive ? change.after.mark(MarkKind::sensitive) : change.after;
  char symbol = change.action == Action::create ? '+' : change.action == Action::remove ? '-' : '~';
  body.line(2, symbol);
  body.out += change.name + std::string(name_width - change.name.size(), ' ') + " = ";
  if (symbol == '+') {
    body.whole(after, 4, '+');
  } else if (symbol == '-') {
    body.whole(before, 4, '-');
    body.out += " -> null";
  } else {
    body.difference(before, after, 4, {});
  }
  return body.out.substr(1) + "\n";
}

std::string render_state(const State& state, const SchemaLookup& schemas, const addrs::Instance* only, const PlanStyle& style) {
  std::string text;
  PlanStyle plain = style;
  auto object = [&](const addrs::Instance& address, const state::ResourceState& resource, const state::Object& stored, std::string_view note) {
    auto schema = schemas(resource.provider, address.resource);
    Body body(plain, {});
    body.out = format("# {}:{}\n{} \"{}\" \"{}\" {{", address.text(), note, address.resource.mode == addrs::Mode::data ? "data" : "resource", address.resource.type.text(), address.resource.name.text());
    if (schema != nullptr) {
      auto value = state::decode_object(stored, schema->implied_type);
      if (value) {
        Value marked = *value;
        for (const auto& path : stored.sensitive) marked = value::mark_paths(marked, std::vector<value::PathMarks>{{path, Marks(MarkKind::sensitive)}});
        std::size_t width = 0;
        for (const auto& attribute : schema->attributes) {
          const Value* v = marked.attribute(attribute.name);
          if (v != nullptr && !v->is_null()) width = std::max(width, attribute.name.text().size());
        }
        for (const auto& attribute : schema->attributes) {
          const Value* v = marked.attribute(attribute.name);
          if (v == nullptr || v->is_null()) continue;
          body.out += format("\n    {}{} = ", attribute.name.text(), std::string(width - attribute.name.text().size(), ' '));
          body.whole(attribute.sensitive ? v->mark(MarkKind::sensitive) : *v, 2, ' ');
        }
        for (const auto& nested : schema->blocks) {
          const Value* v = marked.attribute(nested.name);
          if (v == nullptr || v->is_null() || (v->kind() != Kind::object && v->length() == 0)) continue;
          body.out += format("\n\n    {} ", nested.name.text());
          body.whole(*v, 2, ' ');
        }
      }
    }
    text += body.out + "\n}\n\n";
  };
  for (const auto& [address, resource] : state.resources()) {
    for (const auto& instance : resource->instances) {
      addrs::Instance full{address.module, address.resource, instance.key};
      if (only != nullptr && !(full == *only)) continue;
      if (instance.current) object(full, *resource, *instance.current, instance.current->status == state::ObjectStatus::tainted ? " (tainted)" : "");
      for (const auto& deposed : instance.deposed) object(full, *resource, *deposed.object, format(" (deposed object {})", deposed.key));
    }
  }
  if (only != nullptr) {
    while (text.ends_with("\n\n")) text.pop_back();
    return text;
  }
  if (!state.outputs.empty()) text += "\n" + render_outputs(state.outputs, style.show_sensitive);
  return text;
}

}  // namespace terrace::plan
