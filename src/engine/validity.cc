// SPDX-License-Identifier: Apache-2.0
// Conformance of provider answers (checklist E7).
#include "base/format.h"
#include "engine/proposed.h"
#include "value/convert.h"

namespace terrace::engine {
namespace {

using schema::Attribute;
using schema::Block;
using schema::NestedBlock;
using schema::Nesting;

const Value& member(const Value& object, Symbol name) {
  static const Value kNull;
  if (object.kind() != Kind::object) return kNull;
  const Value* found = object.attribute(name);
  return found != nullptr ? *found : kNull;
}
bool alike(const Value& a, const Value& b) { return a.same(b) || (a.is_null() && b.is_null()) || equal_known(a, b); }
/// Unknown on both sides, refinements aside.
bool both_unknown(const Value& a, const Value& b) { return a.is_unknown() && b.is_unknown(); }

class PlannedCheck {
 public:
  std::vector<Problem> run(const Block& block, const Value& prior, const Value& config, const Value& planned) {
    this->block(block, prior, config, planned);
    return std::move(problems_);
  }

 private:
  void report(std::string what) { problems_.push_back({path_, std::move(what)}); }
  struct Step {
    PlannedCheck& check;
    Step(PlannedCheck& c, PathStep step) : check(c) { check.path_.push_back(std::move(step)); }
    ~Step() { check.path_.pop_back(); }
  };

  void block(const Block& block, const Value& prior, const Value& config, const Value& planned) {
    if (planned.is_null() && !config.is_null()) return report("planned for absence but config wants existence");
    if (config.is_null() && !planned.is_null()) return report("planned for existence but config wants absence");
    if (planned.is_null() || planned.is_unknown() || config.is_unknown()) return;
    attributes(block.attributes, prior, config, planned);
    for (const NestedBlock& nested : block.blocks) {
      Step step(*this, PathStep::attribute(nested.name));
      nested_block(nested, member(prior, nested.name), member(config, nested.name), member(planned, nested.name));
    }
  }

  void attributes(std::span<const Attribute> list, const Value& prior, const Value& config, const Value& planned) {
    for (const Attribute& one : list) {
      const Value& config_value = member(config, one.name);
      const Value& planned_value = member(planned, one.name);
      if (config_value.same(planned_value)) continue;
      Step step(*this, PathStep::attribute(one.name));
      attribute(one, member(prior, one.name), config_value, planned_value);
    }
  }

  void attribute(const Attribute& attribute, const Value& prior, const Value& config, const Value& planned) {
    if (alike(config, planned) || both_unknown(config, planned)) return;
    if (attribute.write_only && planned.is_null()) return;
    if (attribute.computed && !attribute.optional) return;  // the provider's own
    if (alike(prior, planned) && !prior.is_null() && !config.is_null()) return;  // provider says: no real difference
    if (config.is_null()) {
      if (attribute.computed) return;
      return report(attribute.sensitive ? std::string("sensitive planned value for a non-computed attribute")
                                        : std::string("planned value for a non-computed attribute"));
    }
    if (config.is_unknown()) return;
    if (attribute.nested != nullptr) return nested_attribute(*attribute.nested, prior, config, planned);
    if (!config.is_wholly_known() && !planned.is_null()) return;
    report(attribute.sensitive ? std::string("sensitive planned value does not match config value")
                               : std::string("planned value does not match config value"));
  }

  void nested_attribute(const schema::Object& object, const Value& prior, const Value& config, const Value& planned) {
    if (planned.is_null()) return report("planned for absence but config wants existence");
    if (planned.is_unknown()) return;
    switch (object.nesting) {
      case Nesting::single: case Nesting::group: return attributes(object.attributes, prior, config, planned);
      case Nesting::list:
        if (planned.length() != config.length())
          return report(format("count in plan ({}) disagrees with count in config ({})", planned.length(), config.length()));
        for (std::size_t i = 0; i < planned.length(); ++i) {
          Step step(*this, PathStep::index(Value::number(static_cast<std::int64_t>(i))));
          const Value before = prior.kind() == Kind::list && i < prior.length() ? prior.elements()[i] : Value();
          attributes(object.attributes, before, config.elements()[i], planned.elements()[i]);
        }
        return;
      case Nesting::map:
        if (planned.kind() != Kind::map || config.kind() != Kind::map) return;
        for (std::size_t i = 0; i < config.length(); ++i) {
          Step step(*this, PathStep::index(Value::string(config.keys()[i])));
          const Value* element = planned.find(config.keys()[i]);
          if (element == nullptr) {
            report("missing map element");
            continue;
          }
          const Value* before = prior.kind() == Kind::map ? prior.find(config.keys()[i]) : nullptr;
          attributes(object.attributes, before != nullptr ? *before : Value(), config.elements()[i], *element);
        }
        return;
      case Nesting::set:
        if (config.is_wholly_known() && planned.length() > config.length()) report("length of the set in plan exceeds the configuration's");
        return;
    }
  }

  void nested_block(const NestedBlock& nested, const Value& prior, const Value& config, const Value& planned) {
    if (config.same(planned)) return;
    if (nested.nesting == Nesting::single || nested.nesting == Nesting::group) return block(*nested.block, prior, config, planned);
    if (planned.is_unknown() && !config.is_unknown()) return report("attribute representing nested block must not be unknown itself; set nested attribute values to unknown instead");
    if (config.is_unknown()) return;
    if (planned.is_null()) return report("attribute representing a list, set or map of nested blocks must be empty to indicate no blocks, not null");
    if (config.is_null()) return;
    if (nested.nesting != Nesting::set && planned.length() != config.length())
      return report(format("block count in plan ({}) disagrees with count in config ({})", planned.length(), config.length()));
    for (std::size_t i = 0; i < planned.length(); ++i) {
      const Value& element = planned.elements()[i];
      if (nested.nesting == Nesting::set) {
        if (element.is_unknown()) report("element representing nested block must not be unknown itself");
        continue;
      }
      if (nested.nesting == Nesting::map) {
        if (planned.kind() != Kind::map || config.kind() != Kind::map) return;
        const Value* from = config.find(planned.keys()[i]);
        Step step(*this, PathStep::index(Value::string(planned.keys()[i])));
        if (from == nullptr) {
          report("block key is not in the configuration");
          continue;
        }
        const Value* before = prior.kind() == Kind::map ? prior.find(planned.keys()[i]) : nullptr;
        block(*nested.block, before != nullptr ? *before : Value(), *from, element);
        continue;
      }
      Step step(*this, PathStep::index(Value::number(static_cast<std::int64_t>(i))));
      if (element.is_unknown()) {
        report("element representing nested block must not be unknown itself");
        continue;
      }
      bool has_prior = (prior.kind() == Kind::list || prior.kind() == Kind::tuple) && i < prior.length();
      block(*nested.block, has_prior ? prior.elements()[i] : Value(), config.elements()[i], element);
    }
  }

  std::vector<Problem> problems_;
  Path path_;
};

class ResultCheck {
 public:
  std::vector<Problem> run(const Block& block, const Value& planned, const Value& actual) {
    sensitive_ = false;
    if (planned.is_null() != actual.is_null()) {
      report(planned.is_null() ? "was absent, but now present" : "was present, but now absent");
      return std::move(problems_);
    }
    if (!planned.is_null()) object(block, planned, actual);
    return std::move(problems_);
  }

 private:
  void report(std::string what) { problems_.push_back({path_, std::move(what)}); }
  struct Step {
    ResultCheck& check;
    Step(ResultCheck& c, PathStep step) : check(c) { check.path_.push_back(std::move(step)); }
    ~Step() { check.path_.pop_back(); }
  };

  void object(const Block& block, const Value& planned, const Value& actual) {
    if (planned.is_unknown() || planned.same(actual)) return;
    if (planned.is_null() || actual.is_null()) {
      if (planned.is_null() != actual.is_null()) report(planned.is_null() ? "was absent, but now present" : "was present, but now absent");
      return;
    }
    for (const Attribute& attribute : block.attributes) {
      Step step(*this, PathStep::attribute(attribute.name));
      sensitive_ = attribute.sensitive;
      value(member(planned, attribute.name), member(actual, attribute.name));
      sensitive_ = false;
    }
    for (const NestedBlock& nested : block.blocks) {
      Step step(*this, PathStep::attribute(nested.name));
      nested_block(nested, member(planned, nested.name), member(actual, nested.name));
    }
  }

  void nested_block(const NestedBlock& nested, const Value& planned, const Value& actual) {
    if (planned.same(actual) || planned.is_unknown()) return;
    if (nested.nesting == Nesting::single || nested.nesting == Nesting::group) return object(*nested.block, planned, actual);
    if (planned.is_null() || actual.is_null()) return;
    if (nested.nesting == Nesting::set) return set(planned, actual);
    if (planned.length() != actual.length()) {
      if (planned.is_wholly_known() || planned.length() < actual.length())
        report(format("block count changed from {} to {}", planned.length(), actual.length()));
      return;
    }
    for (std::size_t i = 0; i < planned.length(); ++i) {
      Step step(*this, PathStep::index(planned.kind() == Kind::map ? Value::string(planned.keys()[i]) : Value::number(static_cast<std::int64_t>(i))));
      object(*nested.block, planned.elements()[i], actual.elements()[i]);
    }
  }

  /// Every planned element must have a partner that it may have become, and the set may not grow.
  void set(const Value& planned, const Value& actual) {
    if (planned.is_wholly_known()) {
      if (!alike(planned, actual)) report(planned.length() == actual.length() ? std::string("set elements changed") : format("length changed from {} to {}", planned.length(), actual.length()));
      return;
    }
    if (actual.length() > planned.length()) report(format("length changed from {} to {}", planned.length(), actual.length()));
    for (const Value& element : actual.elements()) {
      bool found = false;
      for (const Value& candidate : planned.elements()) {
        ResultCheck inner;
        inner.value(candidate, element);
        found = found || inner.problems_.empty();
      }
      if (!found) report("an element that was not planned has appeared");
    }
  }

  void value(const Value& planned, const Value& actual) {
    if (planned.same(actual)) return;
    if (planned.is_unknown()) {
      if (!value::conforms(actual.type(), planned.type()) && !actual.is_null()) report("wrong final value type");
      if (actual.is_null() && planned.definitely_not_null()) report("was planned to be not null, but now null");
      return;
    }
    if (actual.is_unknown()) return;  // reported apart: nothing may be unknown after apply
    if (planned.is_null() || actual.is_null()) {
      if (planned.is_null() && actual.is_null()) return;
      return mismatch(planned, actual);
    }
    if (planned.is_wholly_known()) {
      if (!alike(planned, actual)) mismatch(planned, actual);
      return;
    }
    if (planned.kind() != actual.kind()) return mismatch(planned, actual);
    if (planned.kind() == Kind::set) return set(planned, actual);
    if (planned.length() != actual.length()) return report(format("new element count {} after {} planned", actual.length(), planned.length()));
    for (std::size_t i = 0; i < planned.length(); ++i) {
      PathStep at = planned.kind() == Kind::object ? PathStep::attribute(planned.type().attributes()[i].name)
                    : planned.kind() == Kind::map  ? PathStep::index(Value::string(planned.keys()[i]))
                                                   : PathStep::index(Value::number(static_cast<std::int64_t>(i)));
      Step step(*this, std::move(at));
      value(planned.elements()[i], actual.elements()[i]);
    }
  }

  void mismatch(const Value& planned, const Value& actual) {
    if (sensitive_) return report("inconsistent values for sensitive attribute");
    if (planned.is_null()) return report("was null, but now not null");
    if (actual.is_null()) return report("was not null, but now null");
    report("differs from the planned value");
  }

  std::vector<Problem> problems_;
  Path path_;
  bool sensitive_ = false;
};

}  // namespace

std::vector<Problem> check_planned(const Block& block, const Value& prior, const Value& config, const Value& planned) {
  return PlannedCheck().run(block, prior, config, planned);
}
std::vector<Problem> check_compatible(const Block& block, const Value& planned, const Value& actual) {
  return ResultCheck().run(block, planned, actual);
}

std::string problem_list(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) text += format("\n  - {}: {}.", problem.path.empty() ? std::string("the object") : value::path_text(problem.path), problem.what);
  return text;
}

}  // namespace terrace::engine
