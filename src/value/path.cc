// SPDX-License-Identifier: Apache-2.0
#include "value/path.h"

#include <algorithm>

#include "base/format.h"
#include "base/strings.h"
#include "value/print.h"

namespace terrace::value {

std::string path_text(const Path& path) {
  std::string text;
  for (const auto& step : path) {
    if (step.kind == PathStep::Kind::attribute) {
      text += "." + std::string(step.name.text());
    } else if (step.key.kind() == Kind::string) {
      text += "[" + quote(step.key.as_string()) + "]";
    } else if (step.key.kind() == Kind::number) {
      text += "[" + step.key.as_number().text() + "]";
    } else {
      text += "[...]";
    }
  }
  return text;
}

bool path_less(const Path& a, const Path& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (a[i].kind != b[i].kind) return a[i].kind < b[i].kind;
    if (a[i].kind == PathStep::Kind::attribute) return a[i].name.text() < b[i].name.text();
    const Value &x = a[i].key, &y = b[i].key;
    if (x.kind() != y.kind()) return x.kind() < y.kind();
    if (x.kind() == Kind::number) return x.as_number() < y.as_number();
    if (x.kind() == Kind::string) return x.as_string() < y.as_string();
    return x.hash() < y.hash();
  }
  return a.size() < b.size();
}

void write_path_state_json(JsonWriter& out, const Path& path) {
  out.begin_array();
  for (const auto& step : path) {
    out.begin_object();
    if (step.kind == PathStep::Kind::attribute) {
      out.member("type", "get_attr").member("value", step.name.text());
    } else {
      out.member("type", "index").key("value").begin_object().key("value");
      bool is_text = step.key.kind() == Kind::string;
      if (is_text) out.string(step.key.as_string());
      else out.number_text(step.key.as_number().text());
      out.member("type", is_text ? "string" : "number").end_object();
    }
    out.end_object();
  }
  out.end_array();
}

Result<Path> parse_path_state_json(JsonValue json) {
  if (json.kind() != JsonKind::array) return Error{ErrorKind::invalid, "a path is an array of steps"};
  Path path;
  for (std::size_t i = 0; i < json.size(); ++i) {
    JsonValue step = json.at(i);
    if (step["type"].string() == "get_attr" && step["value"].kind() == JsonKind::string) {
      path.push_back(PathStep::attribute(Symbol(step["value"].string())));
    } else if (step["type"].string() == "index") {
      JsonValue key = step["value"]["value"];
      if (key.kind() == JsonKind::string) {
        path.push_back(PathStep::index(Value::string(key.string())));
      } else if (auto n = Number::parse(key.number()); key.kind() == JsonKind::number && n) {
        path.push_back(PathStep::index(Value::number(std::move(*n))));
      } else {
        return Error{ErrorKind::invalid, "an index step needs a string or number"};
      }
    } else {
      return Error{ErrorKind::invalid, "a path step is get_attr or index"};
    }
  }
  return path;
}

void write_path_plan_json(JsonWriter& out, const Path& path) {
  out.begin_array();
  for (const auto& step : path) {
    if (step.kind == PathStep::Kind::attribute) out.string(step.name.text());
    else if (step.key.kind() == Kind::string) out.string(step.key.as_string());
    else if (step.key.kind() == Kind::number) out.number_text(step.key.as_number().text());
    else break;  // a set element has no path that JSON could carry
  }
  out.end_array();
}

namespace {
/// The child at `step`, or null.
const Value* child(const Value& parent, const PathStep& step) {
  Kind kind = parent.kind();
  if (step.kind == PathStep::Kind::attribute) return kind == Kind::object ? parent.attribute(step.name) : kind == Kind::map ? parent.find(step.name.text()) : nullptr;
  if (kind == Kind::map && step.key.kind() == Kind::string) return parent.find(step.key.as_string());
  if (kind == Kind::object && step.key.kind() == Kind::string) return parent.attribute(step.key.as_string());
  if ((kind == Kind::list || kind == Kind::tuple) && step.key.kind() == Kind::number) {
    auto index = step.key.as_int64();
    if (index && *index >= 0 && static_cast<std::size_t>(*index) < parent.length()) return &parent.elements()[static_cast<std::size_t>(*index)];
  }
  if (kind == Kind::set) {
    for (const auto& element : parent.elements()) {
      if (element.same(step.key)) return &element;
    }
  }
  return nullptr;
}

PathStep step_to(const Value& parent, std::size_t i) {
  switch (parent.kind()) {
    case Kind::object: return PathStep::attribute(parent.type().attributes()[i].name);
    case Kind::map: return PathStep::index(Value::string(parent.keys()[i]));
    case Kind::set: return PathStep::index(parent.elements()[i]);
    case Kind::null: case Kind::unknown: case Kind::boolean: case Kind::number: case Kind::string: case Kind::list: case Kind::tuple: break;
  }
  return PathStep::index(Value::number(static_cast<std::int64_t>(i)));
}

bool has_elements(const Value& v) {
  Kind kind = v.kind();
  return kind == Kind::list || kind == Kind::set || kind == Kind::map || kind == Kind::object || kind == Kind::tuple;
}

/// `like` with other elements; the element type of a collection is kept where they still fit.
Value rebuild(const Value& like, std::vector<Value> items) {
  Value result;
  switch (like.kind()) {
    case Kind::list: result = Value::list(like.type().element(), std::move(items)); break;
    case Kind::set: result = Value::set(like.type().element(), std::move(items)); break;
    case Kind::map: {
      std::vector<std::pair<std::string, Value>> entries;
      for (std::size_t i = 0; i < items.size(); ++i) entries.emplace_back(like.keys()[i], std::move(items[i]));
      result = Value::map(like.type().element(), std::move(entries));
      break;
    }
    case Kind::object: {
      std::vector<Type::Attribute> types;
      auto attributes = like.type().attributes();
      for (std::size_t i = 0; i < items.size(); ++i) types.push_back({attributes[i].name, items[i].type(), false});
      result = Value::object(Type::object(std::move(types)), std::move(items));
      break;
    }
    case Kind::tuple: result = Value::tuple(std::move(items)); break;
    case Kind::null: case Kind::unknown: case Kind::boolean: case Kind::number: case Kind::string: return like;
  }
  return result.with_marks(like.marks());
}

Value transform_at(const Value& value, Path& path, const std::function<Value(const Path&, const Value&)>& f) {
  if (!has_elements(value)) return f(path, value);
  auto elements = value.elements();
  std::vector<Value> items;
  items.reserve(elements.size());
  bool changed = false;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    path.push_back(step_to(value, i));
    items.push_back(transform_at(elements[i], path, f));
    path.pop_back();
    changed = changed || !items.back().same(elements[i]);
  }
  return f(path, changed ? rebuild(value, std::move(items)) : value);
}

void walk_at(const Value& value, Path& path, const std::function<bool(const Path&, const Value&)>& f) {
  if (!f(path, value) || !has_elements(value)) return;
  auto elements = value.elements();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    path.push_back(step_to(value, i));
    walk_at(elements[i], path, f);
    path.pop_back();
  }
}

void collect_marks(const Value& value, Path& path, std::vector<PathMarks>& found) {
  if (!value.contains_marks()) return;
  if (value.has_marks()) found.push_back({path, value.marks()});
  const Value plain = value.unmarked();
  if (!plain.contains_marks()) return;
  auto elements = plain.elements();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!elements[i].contains_marks()) continue;
    path.push_back(step_to(plain, i));
    collect_marks(elements[i], path, found);
    path.pop_back();
  }
}

/// Marks all of `marks`, whose paths agree in their first `depth` steps; every place is rebuilt once.
Value mark_at(const Value& value, std::span<const PathMarks* const> marks, std::size_t depth) {
  Marks here;
  std::vector<std::pair<std::size_t, const PathMarks*>> below;
  for (const PathMarks* one : marks) {
    if (one->path.size() == depth) {
      here.merge(one->marks);
      continue;
    }
    const Value* target = has_elements(value) ? child(value, one->path[depth]) : nullptr;
    if (target == nullptr) continue;
    if (value.kind() == Kind::set) here.merge(one->marks);
    else below.emplace_back(static_cast<std::size_t>(target - value.elements().data()), one);
  }
  if (below.empty()) return value.with_marks(here);
  std::sort(below.begin(), below.end());
  auto elements = value.elements();
  std::vector<Value> items(elements.begin(), elements.end());
  for (std::size_t i = 0; i < below.size();) {
    std::size_t index = below[i].first;
    std::vector<const PathMarks*> group;
    for (; i < below.size() && below[i].first == index; ++i) group.push_back(below[i].second);
    items[index] = mark_at(elements[index], group, depth + 1);
  }
  return rebuild(value, std::move(items)).with_marks(here);
}
}  // namespace

std::optional<Value> value_at(const Value& root, const Path& path) {
  Value at = root;
  for (const auto& step : path) {
    Marks marks = at.marks();
    const Value* next = child(at, step);
    if (next == nullptr) return std::nullopt;
    Value copy = next->with_marks(marks);
    at = std::move(copy);
  }
  return at;
}
Value transform(const Value& root, const std::function<Value(const Path&, const Value&)>& f) {
  Path path;
  return transform_at(root, path, f);
}
void walk(const Value& root, const std::function<bool(const Path&, const Value&)>& f) {
  Path path;
  walk_at(root, path, f);
}
std::pair<Value, std::vector<PathMarks>> unmark_paths(const Value& value) {
  std::vector<PathMarks> found;
  Path path;
  collect_marks(value, path, found);
  return {value.unmarked_deep(), std::move(found)};
}
Value mark_paths(const Value& value, std::span<const PathMarks> marks) {
  if (marks.empty()) return value;
  std::vector<const PathMarks*> all;
  all.reserve(marks.size());
  for (const auto& one : marks) all.push_back(&one);
  return mark_at(value, all, 0);
}

}  // namespace terrace::value
