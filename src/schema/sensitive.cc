// SPDX-License-Identifier: Apache-2.0
// Where in a value the schema's sensitive attributes are.
#include "schema/schema.h"

namespace terrace::schema {

namespace {

class Collector {
 public:
  std::vector<value::Path> found;

  void block(const Block& block, const Value& value) {
    if (!block.has_sensitive || value.kind() != Kind::object) return;
    attributes(block.attributes, value);
    for (const NestedBlock& nested : block.blocks) {
      if (!nested.block->has_sensitive) continue;
      const Value* content = value.attribute(nested.name);
      if (content == nullptr) continue;
      path_.push_back(PathStep::attribute(nested.name));
      each(nested.nesting, *content, [&](const Value& element) { this->block(*nested.block, element); });
      path_.pop_back();
    }
  }

 private:
  void attributes(const std::vector<Attribute>& attributes, const Value& value) {
    if (value.kind() != Kind::object) return;
    for (const Attribute& attribute : attributes) {
      if (!attribute.sensitive && attribute.nested == nullptr) continue;
      const Value* content = value.attribute(attribute.name);
      if (content == nullptr) continue;
      path_.push_back(PathStep::attribute(attribute.name));
      if (attribute.sensitive) {
        found.push_back(path_);
      } else {
        each(attribute.nested->nesting, *content,
             [&](const Value& element) { this->attributes(attribute.nested->attributes, element); });
      }
      path_.pop_back();
    }
  }

  template <class Visit>
  void each(Nesting nesting, const Value& value, const Visit& visit) {
    if (value.is_null() || value.is_unknown()) return;
    if (nesting == Nesting::single || nesting == Nesting::group) return visit(value);
    // The container's own kind decides: lists and maps of open types are tuples and objects.
    const auto step = [&](PathStep key, const Value& element) {
      path_.push_back(std::move(key));
      visit(element);
      path_.pop_back();
    };
    const auto elements = value.elements();
    switch (value.kind()) {
      case Kind::list:
      case Kind::tuple:
        for (std::size_t i = 0; i < elements.size(); ++i) {
          step(PathStep::index(Value::number(static_cast<std::int64_t>(i))), elements[i]);
        }
        return;
      case Kind::set:
        for (const Value& element : elements) step(PathStep::index(element), element);
        return;
      case Kind::map:
        for (std::size_t i = 0; i < elements.size(); ++i) step(PathStep::index(Value::string(value.keys()[i])), elements[i]);
        return;
      case Kind::object: {
        const auto names = value.type().attributes();
        for (std::size_t i = 0; i < elements.size(); ++i) step(PathStep::attribute(names[i].name), elements[i]);
        return;
      }
      case Kind::null:
      case Kind::unknown:
      case Kind::boolean:
      case Kind::number:
      case Kind::string: return;
    }
  }

  value::Path path_;
};

}  // namespace

std::vector<value::Path> sensitive_paths(const Block& block, const Value& value) {
  Collector collector;
  collector.block(block, value);
  return std::move(collector.found);
}

}  // namespace terrace::schema
