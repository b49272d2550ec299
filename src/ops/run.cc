// SPDX-License-Identifier: Apache-2.0
// The table of contents of every mutating command: lock, read and recover, plan, decide, apply, store.
#include "base/format.h"
#include "base/strings.h"
#include "base/version.h"
#include "journal/recover.h"
#include "ops/keeper.h"
#include "ops/session_impl.h"
#include "state/file.h"

namespace terrace::ops {

std::unique_ptr<backend::StateLock> SessionImpl::lock(const LockOptions& options, std::string_view operation, Diagnostics& diags) {
  backend::LockInfo info;
  info.id = world_.random.uuid();
  info.operation = operation;
  info.who = world_.user + "@" + world_.hostname;
  info.version = base::kLanguageVersion;
  info.created = world::rfc3339(world_.clock.now());
  info.path = backend_->describe();
  auto held = backend_->lock(info, options.timeout);
  if (held) return std::move(*held);
  if (held.error().kind == ErrorKind::busy) {
    diags.error(DiagCode::state_locked,
                format("Another process holds the lock on {}: {}. Wait for it to finish, or use -lock-timeout=5m to wait longer. "
                       "Nothing was changed.",
                       backend_->describe(), held.error().message));
  } else {
    report(diags, DiagCode::state_locked, held.error(), format("Locking {}", backend_->describe()), "Nothing was changed.");
  }
  return nullptr;
}

std::optional<LoadedState> SessionImpl::load_state(bool for_writing, Diagnostics& diags) {
  LoadedState loaded;
  const std::string journal_path = backend_->journal_path();
  if (for_writing || world_.files.stat(journal_path).kind == world::FileKind::regular) {
    auto opened = journal::Journal::open(world_, journal_path);
    if (!opened) {
      report(diags, DiagCode::journal_failed, opened.error(), format("Opening the journal {}", journal_path),
             "It holds what the last run did; repair or move it only when you know that the state is complete.");
      return std::nullopt;
    }
    loaded.journal = std::move(*opened);
  }
  auto stored = backend_->read();
  if (!stored) {
    report(diags, DiagCode::state_unreadable, stored.error(), format("Reading {}", backend_->describe()));
    return std::nullopt;
  }
  loaded.stored = std::move(*stored);
  const auto* contents = loaded.journal ? &loaded.journal->contents() : nullptr;
  auto parsed = loaded.stored.text.empty() ? Result<State>(State{}) : state::parse_state(loaded.stored.text);
  // Every write of a state is preceded by its snapshot, and every second one by a backup: an empty file beside a journal
  // that has neither was made by taking the lock, in a first apply that never came to store anything.
  bool never_stored = loaded.stored.text.empty() && contents != nullptr && !contents->snapshot && (!contents->doubts.empty() || !contents->unfolded.empty()) &&
                      world_.files.stat(backend_->describe() + ".backup").kind == world::FileKind::none;
  if (!parsed || (loaded.stored.text.empty() && !loaded.stored.absent && !never_stored)) {
    if (contents != nullptr && contents->snapshot) {
      auto repaired = state::parse_state(*contents->snapshot);
      if (repaired) {
        diags.warning(DiagCode::state_unreadable,
                      format("{} was torn by an interrupted write; it has been repaired from the journal, which held the whole state.",
                             backend_->describe()));
        parsed = std::move(repaired);
        loaded.recovered = true;
      }
    }
    if (!loaded.recovered) {
      diags.error(DiagCode::state_unreadable,
                  parsed ? format("{} is empty. An empty file is not an empty state: it is what an interrupted write leaves. Put back "
                                  "the backup ({}.backup), or remove the file if there really is nothing to manage.",
                                  backend_->describe(), backend_->describe())
                         : format("{} is not a valid state: {}. Nothing was changed. Put back the last good copy (see {}.backup).",
                                  backend_->describe(), parsed.error().message, backend_->describe()));
      return std::nullopt;
    }
  }
  loaded.state = std::move(*parsed);
  if (contents != nullptr) {
    auto recovery = journal::recover(loaded.state, *contents);
    loaded.recovered = loaded.recovered || recovery.changed;
    loaded.doubts = std::move(recovery.doubts);
  }
  return loaded;
}

State SessionImpl::read_state(Diagnostics& diags) {
  auto loaded = load_state(false, diags);
  if (!loaded) return {};
  for (const auto& doubt : loaded->doubts) {
    diags.warning(DiagCode::effect_in_doubt,
                  format("The {} of {} was begun and its outcome is not known. The next plan re-reads it; `terrace doubt list` shows it.",
                         doubt.intent.action, doubt.intent.address.text()));
  }
  return std::move(loaded->state);
}

bool SessionImpl::engine_options(const PlanRequest& request, engine::Options& engine_options, Diagnostics& diags) {
  engine_options = options(diags);
  engine_options.mode = request.mode;
  engine_options.refresh = request.refresh;
  engine_options.parallelism = std::max(1, request.parallelism);
  engine_options.metadata = request.metadata;
  for (const auto& text : request.targets) {
    auto target = addrs::parse_target(text);
    if (target) {
      engine_options.targets.push_back(std::move(*target));
    } else {
      diags.error(DiagCode::invalid_address, format("-target={}: {}.", text, target.error().message));
    }
  }
  for (const auto& text : request.replace) {
    auto instance = addrs::parse_instance(text);
    if (instance) {
      engine_options.replace.push_back(std::move(*instance));
    } else {
      diags.error(DiagCode::invalid_address, format("-replace={}: {}.", text, instance.error().message));
    }
  }
  return !diags.has_errors();
}

engine::PlanResult SessionImpl::make_plan(const PlanRequest& request, LoadedState& loaded, engine::Observer& observer,
                                          Diagnostics& diags) {
  engine::PlanResult failed;
  failed.plan.complete = false;
  check_configuration(diags);
  engine::Options options;
  if (diags.has_errors() || !engine_options(request, options, diags)) return failed;
  read_text_ = loaded.stored.text;
  engine::PlanResult result = engine::make_plan(context(observer), loaded.state, options, diags);
  for (const auto& doubt : loaded.doubts) {
    diags.warning(DiagCode::effect_in_doubt,
                  format("The {} of {} was begun by run {} and its outcome is not known.", doubt.intent.action,
                         doubt.intent.address.text(), doubt.intent.run));
  }
  return result;
}

engine::PlanResult SessionImpl::plan(const PlanRequest& request, engine::Observer& observer, Diagnostics& diags) {
  std::unique_ptr<backend::StateLock> held;
  if (request.lock.lock) {
    held = lock(request.lock, request.operation, diags);
    if (!held) return {};
  }
  auto loaded = load_state(false, diags);
  if (!loaded) return {};
  return make_plan(request, *loaded, observer, diags);
}

bool SessionImpl::store(State& state, LoadedState& loaded, Diagnostics& diags) {
  if (!loaded.recovered && !loaded.stored.text.empty() && state::same_content(state, loaded.state)) return true;
  if (loaded.stored.text.empty() && state.empty() && state.check_results.empty()) return true;
  Keeper keeper(world_, *backend_, loaded);
  if (auto stored = keeper.store(state); !stored) {
    report(diags, DiagCode::state_not_stored, stored.error(), format("Storing the state in {}", backend_->describe()),
           format("The old state is intact and every effect is in the journal {}; the next command goes on from there.",
                  backend_->journal_path()));
    return false;
  }
  return true;
}

void SessionImpl::settle_by_refresh(LoadedState& loaded, const Plan& plan, Diagnostics& diags) {
  // An update or delete whose answer never came is settled by having read the object again: what is there now is
  // in the refreshed state. A create cannot be found that way and stays in doubt.
  std::vector<journal::Doubt> open;
  for (auto& doubt : loaded.doubts) {
    if (doubt.intent.action == "create" || plan.prior_state == nullptr) {
      open.push_back(std::move(doubt));
      continue;
    }
    journal::Outcome outcome{doubt.intent.sequence, journal::Outcome::Kind::failed_without_effect, nullptr};
    if (auto object = plan.prior_state->object(doubt.intent.address)) {
      outcome.kind = journal::Outcome::Kind::stored;
      outcome.object = std::move(object);
    } else {
      outcome.kind = journal::Outcome::Kind::gone;
    }
    if (auto settled = loaded.journal->settle(doubt.intent.sequence, std::move(outcome)); !settled) {
      report(diags, DiagCode::journal_failed, settled.error(), "Settling a doubt");
    }
  }
  loaded.doubts = std::move(open);
}

std::optional<engine::ApplyResult> SessionImpl::execute(const Plan& plan, LoadedState& loaded, const engine::Options& options,
                                                        engine::Observer& observer, Diagnostics& diags) {
  settle_by_refresh(loaded, plan, diags);
  for (const auto& doubt : loaded.doubts) {
    for (const auto& change : plan.changes) {
      if (change.address == doubt.intent.address && change.action != plan::Action::no_op) {
        diags.error(DiagCode::effect_in_doubt,
                    format("The {} of {} was begun and its outcome is not known; applying now could make it twice. Look whether it "
                           "exists, then run `terrace doubt adopt {} ID` or `terrace doubt absent {}`.",
                           doubt.intent.action, doubt.intent.address.text(), doubt.intent.address.text(),
                           doubt.intent.address.text()));
      }
    }
  }
  if (diags.has_errors()) return std::nullopt;
  Keeper keeper(world_, *backend_, loaded);
  engine::ApplyResult result = engine::apply(context(observer), plan, options, *loaded.journal, keeper, diags);
  bool changed = loaded.recovered || loaded.stored.text.empty() || !state::same_content(result.state, loaded.state);
  if (loaded.stored.text.empty() && result.state.empty()) changed = false;
  if (changed) {
    if (auto stored = keeper.store(result.state); !stored) {
      report(diags, DiagCode::state_not_stored, stored.error(), format("Storing the state in {}", backend_->describe()),
             format("The old state is intact and every effect is in the journal {}; free the cause and run any command: it goes "
                    "on from there.",
                    backend_->journal_path()));
    }
  } else if (auto folded = loaded.journal->fold(); !folded) {
    report(diags, DiagCode::journal_failed, folded.error(), "Folding the journal");
  }
  for (const auto& intent : result.in_doubt) {
    diags.error(DiagCode::effect_in_doubt,
                format("The {} of {} was begun and its answer never came. `terrace doubt list` shows it; the next plan re-reads it.",
                       intent.action, intent.address.text()));
  }
  return result;
}

std::optional<engine::ApplyResult> SessionImpl::apply(const PlanRequest& request, const Decide& decide,
                                                      engine::Observer& observer, Diagnostics& diags) {
  std::unique_ptr<backend::StateLock> held;
  if (request.lock.lock) {
    held = lock(request.lock, "OperationTypeApply", diags);
    if (!held) return std::nullopt;
  }
  auto loaded = load_state(true, diags);
  if (!loaded) return std::nullopt;
  engine::PlanResult planned = make_plan(request, *loaded, observer, diags);
  if (diags.has_errors() || !planned.plan.complete) {
    decide(planned);  // shows what there is of the plan
    return std::nullopt;
  }
  if (!decide(planned)) return std::nullopt;
  engine::Options options;
  if (!engine_options(request, options, diags)) return std::nullopt;
  return execute(planned.plan, *loaded, options, observer, diags);
}

bool SessionImpl::modify_state(std::string_view operation, const LockOptions& options, const Change& change, Diagnostics& diags) {
  std::unique_ptr<backend::StateLock> held;
  if (options.lock) {
    held = lock(options, operation, diags);
    if (!held) return false;
  }
  auto loaded = load_state(true, diags);
  if (!loaded) return false;
  State next = loaded->state;
  if (!change(next, diags)) return !diags.has_errors();
  return store(next, *loaded, diags);
}

std::vector<journal::Doubt> SessionImpl::doubts(Diagnostics& diags) {
  auto loaded = load_state(false, diags);
  return loaded ? std::move(loaded->doubts) : std::vector<journal::Doubt>{};
}

bool SessionImpl::settle_doubt(const journal::Doubt& doubt, state::ObjectRef object, Diagnostics& diags) {
  auto held = lock({}, "doubt", diags);
  if (!held) return false;
  auto loaded = load_state(true, diags);
  if (!loaded) return false;
  journal::Outcome outcome{doubt.intent.sequence, journal::Outcome::Kind::failed_without_effect, nullptr};
  State next = loaded->state;
  if (object) {
    outcome.kind = journal::Outcome::Kind::stored;
    outcome.object = object;
    next.set_object(doubt.intent.address, doubt.intent.provider, object);
  }
  if (auto settled = loaded->journal->settle(doubt.intent.sequence, std::move(outcome)); !settled) {
    report(diags, DiagCode::journal_failed, settled.error(), "Settling the doubt");
    return false;
  }
  return store(next, *loaded, diags);
}

}  // namespace terrace::ops
