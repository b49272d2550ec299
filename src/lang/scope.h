// SPDX-License-Identifier: Apache-2.0
// What an expression may refer to. The engine, terrace.hcl and templates each provide their own Scope;
// lang/ evaluates against it and knows none of them.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "diag/diagnostic.h"
#include "hcl/ast.h"
#include "value/value.h"
#include "world/world.h"

namespace terrace::lang {

/// The answer to a reference: the value, and how many of the traversal's steps it used up.
struct Resolved {
  Value value;
  std::size_t consumed = 0;
};

/// How functions meet the world in this evaluation.
struct FunctionContext {
  world::FileSystem* files = nullptr;       ///< null: filesystem functions are errors ("not allowed here")
  world::Random* random = nullptr;          ///< uuid, bcrypt
  std::string base_directory = ".";         ///< relative paths start here
  std::string home;                         ///< what ~ stands for (HOME); empty: unknown
  enum class Impure : std::uint8_t { unknown, evaluate } impure = Impure::unknown;  ///< timestamp, uuid, bcrypt
  std::optional<world::TimePoint> timestamp;       ///< contract 5: known start of the deployment; carries the metadata mark
  world::TimePoint now{};                          ///< timestamp() when impure == evaluate and no `timestamp`
  std::optional<world::TimePoint> plan_timestamp;  ///< plantimestamp(); absent: unknown
  /// Contract 5: under the environment verbs a read outside these roots is an error. Empty: anywhere.
  std::vector<std::string> allowed_roots;
};

/// Budget of one evaluation and all it leads to (reliability-security 7.1): produced bytes and steps.
/// A string counts twice, once while it is built and once as a value; a collection by its number of elements.
struct Budget {
  std::uint64_t bytes_left = std::uint64_t{64} << 20;
  std::uint64_t steps_left = 100'000'000;
};

class Scope {
 public:
  virtual ~Scope() = default;
  /// The value that `traversal` begins with. Reports to `diags` and returns nothing when the reference is wrong.
  virtual std::optional<Resolved> resolve(const hcl::TraversalExpr& traversal, Diagnostics& diags) const = 0;
  /// `traversal[key]` with an evaluated key, where the scope can answer without building the whole collection
  /// (a resource's instance). Nothing: evaluate the ordinary way.
  virtual std::optional<Value> resolve_indexed(const hcl::TraversalExpr& traversal, const Value& key) const {
    (void)traversal, (void)key;
    return std::nullopt;
  }
  virtual const FunctionContext& functions() const = 0;
  virtual const SourceFiles& sources() const = 0;
};

}  // namespace terrace::lang
