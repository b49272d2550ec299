// SPDX-License-Identifier: Apache-2.0
// Engine tests in the form given, when, then: configuration text, a scripted provider `fake` with a small cloud, and
// what a plan or an apply did.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/load.h"
#include "engine/engine.h"
#include "world/fake_world.h"

namespace terrace::engine {

/// What the provider `fake` holds and how it misbehaves.
struct Cloud {
  std::mutex mutex;
  std::map<std::string, Value> disks;            ///< by id
  std::vector<std::string> calls;                ///< "create disk1", "update …", "delete …", "read zone"
  int made = 0;
  std::set<std::string> fail_create, fail_create_partly, fail_delete, unanswered;  ///< by name
  std::set<std::string> wrong_result;            ///< answers with another size
};

/// `fake_disk` (name, size: immutable, secret: sensitive, id) and data `fake_zone` (name, letter).
std::unique_ptr<provider::ProviderSource> make_fake_providers(Cloud& cloud);

using Lines = std::vector<std::string>;

class Bench {
 public:
  Bench();
  ~Bench();
  void given_config(const std::string& text);
  void given_file(const std::string& path, const std::string& text);
  void given_variable(const std::string& name, Value value);
  Options& options();
  /// "fake_disk.a create", "fake_disk.b delete,create replace_because_cannot_update", …; no-ops left out.
  Lines plan();
  /// Plans and applies; the state is kept for the next step. Returns the cloud's calls of the apply.
  Lines apply();
  void validate();
  Evaluated evaluate();
  const Plan& last_plan() const;
  ApplyResult& last_apply();
  State& state();
  Cloud& cloud();
  /// Records of the journal: "intend create fake_disk.a", "stored fake_disk.a", in order with the cloud's calls.
  const Lines& journal() const;
  /// "ENG011 main.tf:3" per diagnostic of the last step.
  Lines messages() const;
  std::string details() const;
  Value object(const std::string& address);
  int interrupt_after_calls = -1;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace terrace::engine
