// SPDX-License-Identifier: Apache-2.0
#include "engine/metadata.h"

#include "base/format.h"
#include "base/strings.h"

namespace terrace::engine {
namespace {

/// Stands for a metadata string; private-use characters keep it apart from any configuration.
std::string placeholder_text(std::string_view name) { return "\xEE\x80\x80" + std::string(name) + "\xEE\x80\x81"; }
constexpr std::string_view kOpen = "\xEE\x80\x80", kClose = "\xEE\x80\x81";

/// Where a path ends: the attribute or map key, empty for list elements.
std::string last_key(const Path& path) {
  if (path.empty()) return {};
  const PathStep& step = path.back();
  if (step.kind == PathStep::Kind::attribute) return std::string(step.name.text());
  return step.key.kind() == Kind::string ? std::string(step.key.as_string()) : std::string();
}

Marks metadata_of(const Marks& marks) {
  Marks kept;
  for (const value::Mark& one : marks.items())
    if (one.kind == MarkKind::metadata) kept.add(one);
  return kept;
}

struct Leaf {
  Value value;    ///< unmarked
  Marks marks;    ///< metadata only
  std::string shape;  ///< its text with placeholders, if that is known
};

/// Options in which every piece of metadata is a placeholder. `second` picks another instant for timestamps.
Options shadow_options(const Options& options, bool second) {
  Options shadow = options;
  for (auto& [name, value] : shadow.variables) {
    if (!value.contains_marks() || !value.all_marks().has(MarkKind::metadata)) continue;
    Marks marks = value.marks();
    if (value.kind() == Kind::string) value = Value::string(placeholder_text(name)).with_marks(marks);
    else value = Value::unknown(value.type()).with_marks(marks);
  }
  if (shadow.functions.timestamp) shadow.functions.timestamp = world::parse_rfc3339(second ? "2031-12-28T23:59:58Z" : "2000-01-01T00:00:00Z");
  return shadow;
}

/// The configuration evaluated with placeholders.
struct Shadow {
  Shadow(const Walk& walk, bool second)
      : options(shadow_options(walk.options(), second)), evaluated(walk.context(), options, walk.blueprint(), Phase::offline, nullptr, found) {
    evaluated.run();
  }
  Options options;
  Diagnostics found;  // the real walk has reported what matters
  StaticWalk evaluated;
};

/// The part of two texts that does not depend on what differs between them, as a pattern with one gap.
std::string common_shape(const std::string& a, const std::string& b) {
  if (a == b) return a;
  std::size_t front = 0, back = 0;
  while (front < std::min(a.size(), b.size()) && a[front] == b[front]) ++front;
  while (back < std::min(a.size(), b.size()) - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  return a.substr(0, front) + std::string(kOpen) + "timestamp" + std::string(kClose) + a.substr(a.size() - back);
}

/// True if `text` is `shape` with something in place of each placeholder.
bool fits(std::string_view shape, std::string_view text) {
  std::vector<std::string_view> parts;
  bool gaps = false;
  while (true) {
    std::size_t open = shape.find(kOpen);
    std::size_t close = open == std::string_view::npos ? open : shape.find(kClose, open);
    if (close == std::string_view::npos) break;
    gaps = true;
    parts.push_back(shape.substr(0, open));
    shape.remove_prefix(close + kClose.size());
  }
  parts.push_back(shape);
  if (!gaps) return false;  // nothing of the metadata is visible in it, so nothing can be said
  if (text.substr(0, parts.front().size()) != parts.front()) return false;
  text.remove_prefix(parts.front().size());
  if (text.size() < parts.back().size() || text.substr(text.size() - parts.back().size()) != parts.back()) return false;
  text.remove_suffix(parts.back().size());
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    std::size_t at = text.find(parts[i]);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + parts[i].size());
  }
  return true;
}

class Folder {
 public:
  Folder(const Walk& walk, Plan& plan) : walk_(walk), plan_(plan) {}

  void run() {
    bool timestamps = walk_.options().functions.timestamp.has_value();
    shadow_ = std::make_unique<Shadow>(walk_, false);
    if (timestamps) second_ = std::make_unique<Shadow>(walk_, true);
    read_provider_leaves();
    for (plan::ResourceChange& change : plan_.changes)
      if (change.action != plan::Action::no_op && change.action != plan::Action::remove) fold_resource(change);
    for (plan::OutputChange& change : plan_.outputs) fold_output(change);
  }

 private:
  std::string shape_at(const Value* first, const Value* second, const Path& path) const {
    auto text = [&](const Value* root) -> std::optional<std::string> {
      if (root == nullptr) return {};
      std::optional<Value> at = value::value_at(root->unmarked_deep(), path);
      if (!at || at->kind() != Kind::string) return {};
      return std::string(at->as_string());
    };
    std::optional<std::string> a = text(first);
    if (!a) return {};
    std::optional<std::string> b = second_ != nullptr ? text(second) : a;
    return b ? common_shape(*a, *b) : std::string();
  }

  void read_provider_leaves() {
    for (std::uint32_t i = 0; i < walk_.blueprint().providers().size(); ++i) {
      const Value& config = walk_.provider_config(i);
      if (!config.contains_marks()) continue;
      auto [plain, marks] = value::unmark_paths(config);
      for (const PathMarks& one : marks) {
        if (!one.marks.has(MarkKind::metadata)) continue;
        std::optional<Value> value = value::value_at(plain, one.path);
        std::string key = last_key(one.path);
        if (!value || key.empty()) continue;
        leaves_.emplace(key, Leaf{*value, metadata_of(one.marks), shape_at(&shadow_->evaluated.provider_config(i), second_ ? &second_->evaluated.provider_config(i) : nullptr, one.path)});
      }
    }
  }

  static Marks shown(const Marks& marks, const std::string& shape) {
    if (shape.empty()) return marks;
    Marks made;
    made.add({MarkKind::metadata, shape});
    return made;
  }

  /// The planned value with marks as identity should see them; `leaves` gets what is metadata in it.
  Value remark(const Value& after, const Value* first, const Value* second, std::vector<std::pair<Path, Leaf>>& leaves) const {
    auto [plain, marks] = value::unmark_paths(after);
    for (PathMarks& one : marks) {
      if (!one.marks.has(MarkKind::metadata)) continue;
      Leaf leaf{value::value_at(plain, one.path).value_or(Value()), metadata_of(one.marks), shape_at(first, second, one.path)};
      one.marks = one.marks.without(MarkKind::metadata);
      one.marks.merge(shown(leaf.marks, leaf.shape));
      leaves.emplace_back(one.path, std::move(leaf));
    }
    if (!leaves_.empty()) {
      std::vector<PathMarks> more;
      value::walk(plain, [&](const Path& path, const Value& at) {
        auto it = path.size() < 2 ? leaves_.end() : leaves_.find(last_key(path));
        if (it != leaves_.end() && it->second.value.same(at)) {
          more.push_back({path, shown(it->second.marks, it->second.shape)});
          leaves.emplace_back(path, it->second);
        }
        return true;
      });
      marks.insert(marks.end(), more.begin(), more.end());
    }
    return value::mark_paths(plain, marks);
  }

  bool is_fold(const Path& path, const Value& before, const std::vector<std::pair<Path, Leaf>>& leaves) const {
    for (const auto& [at, leaf] : leaves) {
      if (at.size() > path.size() || !std::equal(at.begin(), at.end(), path.begin())) continue;
      if (before.kind() == Kind::string && fits(leaf.shape, before.as_string())) return true;
      auto previous = walk_.options().metadata.previous_provider_leaves.find(last_key(path));
      bool from_provider = leaves_.contains(last_key(path));
      if (from_provider && previous != walk_.options().metadata.previous_provider_leaves.end() && previous->second.unmarked_deep().same(before)) return true;
    }
    return false;
  }

  /// True if every difference is metadata, and there is one.
  /// `configured` null: not known, so nothing is taken for computed.
  bool only_metadata(const Path& path, const Value& before, const Value& after, const std::vector<std::pair<Path, Leaf>>& leaves, const Value* configured, bool& any) const {
    if (before.same(after)) return true;
    // What the provider computes anew because of an update (a version, a checksum) is its consequence, not a reason.
    // Whoever reads it has a change of its own.
    if (after.is_unknown() && configured != nullptr) {
      std::optional<Value> given = value::value_at(*configured, path);
      if (given && given->is_null()) return true;
    }
    bool same_shape = before.kind() == after.kind() && !before.is_null() && !before.is_unknown();
    if (same_shape && before.kind() == Kind::map)
      same_shape = std::equal(before.keys().begin(), before.keys().end(), after.keys().begin(), after.keys().end());
    if (same_shape && before.kind() == Kind::object) same_shape = before.length() == after.length();
    bool nested = same_shape && (before.kind() == Kind::map || before.kind() == Kind::object || before.kind() == Kind::list || before.kind() == Kind::tuple) &&
                  before.length() == after.length();
    if (!nested) {
      any = true;
      return is_fold(path, before, leaves);
    }
    for (std::size_t i = 0; i < before.length(); ++i) {
      Path inner = path;
      if (before.kind() == Kind::object) {
        if (before.type().attributes()[i].name != after.type().attributes()[i].name) return false;
        inner.push_back(PathStep::attribute(before.type().attributes()[i].name));
      } else if (before.kind() == Kind::map) {
        inner.push_back(PathStep::index(Value::string(before.keys()[i])));
      } else {
        inner.push_back(PathStep::index(Value::number(static_cast<std::int64_t>(i))));
      }
      if (!only_metadata(inner, before.elements()[i], after.elements()[i], leaves, configured, any)) return false;
    }
    return true;
  }

  void fold_resource(plan::ResourceChange& change) {
    auto configuration = [&](const std::unique_ptr<Shadow>& shadow) -> const Value* {
      if (shadow == nullptr) return nullptr;
      auto it = shadow->evaluated.configurations.find(change.address.text());
      return it == shadow->evaluated.configurations.end() ? nullptr : &it->second;
    };
    bool marked = change.after.contains_marks() && change.after.all_marks().has(MarkKind::metadata);
    if (!marked && leaves_.empty()) return;
    std::vector<std::pair<Path, Leaf>> leaves;
    change.after = remark(change.after, configuration(shadow_), configuration(second_), leaves);
    if (change.action != plan::Action::update || leaves.empty()) return;
    bool any = false;
    const Value* shadow = configuration(shadow_);
    std::optional<Value> configured = shadow != nullptr ? std::optional<Value>(shadow->unmarked_deep()) : std::nullopt;
    change.metadata_only = only_metadata({}, change.before.unmarked_deep(), change.after.unmarked_deep(), leaves, configured ? &*configured : nullptr, any) && any;
  }

  void fold_output(plan::OutputChange& change) {
    if (!change.after.contains_marks() || !change.after.all_marks().has(MarkKind::metadata)) return;
    auto evaluated = [&](const std::unique_ptr<Shadow>& shadow) -> const Value* {
      if (shadow == nullptr) return nullptr;
      auto it = walk_.blueprint().root().output_index.find(Symbol(change.name));
      if (it == walk_.blueprint().root().output_index.end()) return nullptr;
      const std::optional<Value>& value = shadow->evaluated.root().outputs[it->second];
      return value ? &*value : nullptr;
    };
    std::vector<std::pair<Path, Leaf>> leaves;
    change.after = remark(change.after, evaluated(shadow_), evaluated(second_), leaves);
    if (change.action != plan::Action::update) return;
    bool any = false;
    change.metadata_only = only_metadata({}, change.before.unmarked_deep(), change.after.unmarked_deep(), leaves, nullptr, any) && any;
  }

  const Walk& walk_;
  Plan& plan_;
  std::unique_ptr<Shadow> shadow_, second_;
  std::map<std::string, Leaf> leaves_;  ///< of provider configurations, by map key
};

}  // namespace

std::map<std::string, Value> provider_metadata(const Walk& walk) {
  std::map<std::string, Value> leaves;
  for (std::uint32_t i = 0; i < walk.blueprint().providers().size(); ++i) {
    const Value& config = walk.provider_config(i);
    if (!config.contains_marks()) continue;
    auto [plain, marks] = value::unmark_paths(config);
    for (const PathMarks& one : marks) {
      if (!one.marks.has(MarkKind::metadata)) continue;
      std::optional<Value> value = value::value_at(plain, one.path);
      if (std::string key = last_key(one.path); value && !key.empty()) leaves.emplace(std::move(key), *value);
    }
  }
  return leaves;
}

void fold_metadata(const Walk& walk, Plan& plan) {
  if (!walk.options().metadata.fold) return;
  bool any = walk.options().functions.timestamp.has_value();
  for (const auto& [name, value] : walk.options().variables) any = any || (value.contains_marks() && value.all_marks().has(MarkKind::metadata));
  if (any) Folder(walk, plan).run();
}

}  // namespace terrace::engine
