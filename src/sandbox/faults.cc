// SPDX-License-Identifier: Apache-2.0
#include "sandbox/faults.h"

#include <charconv>

#include "base/format.h"
#include "base/json.h"
#include "base/strings.h"
#include "sandbox/sandbox.h"

namespace terrace::sandbox {
namespace {

struct KindName { Fault::Kind kind; std::string_view name; };
constexpr KindName kKinds[] = {
    {Fault::Kind::unhealthy, "unhealthy"},     {Fault::Kind::slow, "slow"},
    {Fault::Kind::fail_create, "fail-create"}, {Fault::Kind::fail_update, "fail-update"},
    {Fault::Kind::fail_delete, "fail-delete"}, {Fault::Kind::fail_read, "fail-read"},
    {Fault::Kind::crash_after_effect, "crash-after-effect"},
};
std::string_view name_of(Fault::Kind kind) {
  for (const KindName& each : kKinds)
    if (each.kind == kind) return each.name;
  return {};
}

/// `*` matches any text; everything else itself.
bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, back = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      back = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++back;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// "module.a[0].aws_lb.main[1]" → "aws_lb.main".
std::string_view without_module(std::string_view match) {
  while (match.starts_with("module.")) {
    std::size_t end = match.find('.', 7);
    const std::size_t bracket = match.find('[', 7);
    if (bracket < end) {
      const std::size_t close = match.find(']', bracket);
      end = close == std::string_view::npos ? close : match.find('.', close);
    }
    if (end == std::string_view::npos) break;
    match.remove_prefix(end + 1);
  }
  if (match.ends_with(']')) match = match.substr(0, match.rfind('['));
  return match;
}

std::vector<Fault> parse_faults(const std::string& text) {
  std::vector<Fault> out;
  auto document = JsonDocument::parse(text);
  if (!document) return out;
  const JsonValue root = document->root();
  for (std::size_t i = 0; i < root.size(); ++i) {
    const JsonValue json = root.at(i);
    for (const KindName& each : kKinds) {
      if (each.name != json["kind"].string()) continue;
      out.push_back({each.kind, std::string(json["match"].string()), json["after"].boolean(), json["once"].boolean(),
                     std::chrono::milliseconds(json["delay_ms"].integer().value_or(0))});
    }
  }
  return out;
}

std::optional<std::chrono::milliseconds> parse_delay(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), n);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (code != std::errc() || n < 0 || n > 86'400'000) return {};
  if (unit == "ms") return std::chrono::milliseconds(n);
  if (unit == "s") return std::chrono::milliseconds(n * 1000);
  return {};
}

Error bad(std::string message) { return {ErrorKind::invalid, std::move(message), 0}; }

}  // namespace

bool fault_matches(std::string_view match, std::string_view type, const std::vector<std::string>& names) {
  if (match == "*" || match == type) return true;
  for (const std::string& name : names)
    if (!name.empty() && glob(match, name)) return true;
  const std::string_view address = without_module(match);
  const std::size_t dot = address.find('.');
  if (address.substr(0, dot) != type) return false;
  if (dot == std::string_view::npos) return true;
  const std::string_view wanted = address.substr(dot + 1);
  for (const std::string& name : names) {
    if (name.empty()) continue;
    // "app" is taken to mean "myapp-dev-app" as well: the cloud knows names, not labels.
    const bool tail = name.size() > wanted.size() && name.ends_with(wanted) && std::string_view("-_/.").find(name[name.size() - wanted.size() - 1]) != std::string_view::npos;
    if (tail || glob(wanted, name)) return true;
  }
  return false;
}

Faults::Faults(World& world, std::string directory) : world_(world), path_(world::join_path(directory, "faults.json")), faults_(std::make_shared<std::vector<Fault>>()) {}

std::shared_ptr<const std::vector<Fault>> Faults::current() {
  std::lock_guard guard(mutex_);
  const world::FileInfo info = world_.files.stat(path_);
  if (info.kind == seen_.kind && info.size == seen_.size && info.modified == seen_.modified) return faults_;
  seen_ = info;
  auto read = std::make_shared<std::vector<Fault>>();
  if (info.kind == world::FileKind::regular) {
    if (auto text = world_.files.read(path_)) *read = parse_faults(*text);
  }
  faults_ = std::move(read);
  return faults_;
}

bool Faults::any() { return !current()->empty(); }

std::optional<Fault> Faults::take(Fault::Kind kind, std::string_view type, const std::vector<std::string>& names, When when) {
  const auto faults = current();
  for (const Fault& fault : *faults) {
    if (when != When::any && fault.after != (when == When::after_effect)) continue;
    if (fault.kind != kind || !fault_matches(fault.match, type, names)) continue;
    const Fault found = fault;
    if (found.once) {
      std::vector<Fault> left = *faults;
      left.erase(std::find(left.begin(), left.end(), found));
      // A fault that cannot be taken away only acts once more.
      (void)replace(left).has_value();
    }
    return found;
  }
  return {};
}

Result<std::vector<Fault>> Faults::all() { return *current(); }

Result<void> Faults::replace(const std::vector<Fault>& faults) {
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const Fault& fault : faults) {
    json.begin_object().member("kind", name_of(fault.kind)).member("match", std::string_view(fault.match));
    json.member("after", fault.after).member("once", fault.once).member("delay_ms", static_cast<std::int64_t>(fault.delay.count()));
    json.end_object();
  }
  json.end_array();
  text += '\n';
  TRY(world_.files.make_directories(world::dir_name(path_), world::Mode600::secret));
  return world_.files.write_atomic(path_, text, world::Mode600::secret);
}

namespace {

/// "ID.attribute=value": changes one attribute of an object in the cloud, as someone else would.
Result<std::string> drift(World& world, const std::string& directory, std::string_view what) {
  const std::size_t equals = what.find('=');
  if (equals == std::string_view::npos) return bad("drift needs ID.attribute=value, for example drift=vpc-1234.enable_dns_support=false");
  const std::string_view place = what.substr(0, equals), value = what.substr(equals + 1);
  auto cloud = TRY(Cloud::open(world, directory));
  std::vector<std::pair<std::string, CloudObject>> objects = TRY(cloud->all());
  // The attribute is what follows the object's own text; ids and addresses may hold dots themselves.
  for (std::size_t dot = place.rfind('.'); dot != std::string_view::npos && dot > 0; dot = place.rfind('.', dot - 1)) {
    const std::string_view match = place.substr(0, dot), attribute = place.substr(dot + 1);
    std::vector<const std::pair<std::string, CloudObject>*> found;
    for (const auto& object : objects)
      if (fault_matches(match, object.first, {object.second.id, object.second.unique})) found.push_back(&object);
    if (found.empty()) continue;
    if (found.size() > 1) return bad(format("\"{}\" means {} objects, among them {} and {}: give an id", match, found.size(), found[0]->second.id, found[1]->second.id));
    const CloudObject& object = found.front()->second;
    const auto document = JsonDocument::parse(object.json);
    if (!document) return bad(format("the simulated {} is damaged", object.id));
    const std::string_view top = attribute.substr(0, attribute.find('.')), key = attribute.size() > top.size() ? attribute.substr(top.size() + 1) : std::string_view();
    const JsonValue root = document->root();
    if (!root[top]) return bad(format("{} has no attribute \"{}\"", object.id, top));
    // Text stays text where there was text; elsewhere what reads as JSON is taken as JSON.
    const auto write_value = [&](JsonWriter& json, JsonValue before) {
      const bool text = before.kind() == JsonKind::string || (before.is_null() && !JsonDocument::parse(std::string(value)));
      if (!text && JsonDocument::parse(std::string(value))) json.raw(value);
      else json.string(value);
    };
    std::string changed;
    JsonWriter json(changed);
    json.begin_object();
    for (std::size_t i = 0; i < root.size(); ++i) {
      json.key(root.key(i));
      if (root.key(i) != top) {
        json.raw(root.member(i).raw());
      } else if (key.empty()) {
        write_value(json, root.member(i));
      } else {
        json.begin_object();  // an entry of a map
        const JsonValue map = root.member(i);
        for (std::size_t j = 0; j < map.size(); ++j)
          if (map.key(j) != key) json.key(map.key(j)).raw(map.member(j).raw());
        json.key(key).string(value).end_object();
      }
    }
    json.end_object();
    TRY(cloud->drift({found.front()->first, object.scope, object.id, object.unique}, changed));
    return format("Changed {} of {} in the simulated cloud.", attribute, object.id);
  }
  return bad(format("nothing in the simulated cloud is meant by \"{}\"; give the id of an object, as in state", place));
}

}  // namespace

Result<std::string> set_fault(World& world, const std::string& cloud_directory, const std::string& fault) {
  Faults faults(world, cloud_directory);
  if (fault == "clear") {
    TRY(faults.replace({}));
    return std::string("No faults are left.");
  }
  const std::size_t equals = fault.find('=');
  const std::string_view word = std::string_view(fault).substr(0, equals);
  std::string_view rest = equals == std::string::npos ? std::string_view() : std::string_view(fault).substr(equals + 1);
  if (word == "drift") return drift(world, cloud_directory, rest);
  std::vector<Fault> all = TRY(faults.all());
  if (word == "clear") {
    const std::size_t before = all.size();
    std::erase_if(all, [&](const Fault& each) { return name_of(each.kind) == rest || each.match == rest; });
    TRY(faults.replace(all));
    return format("{} taken away.", base::count_of(before - all.size(), "fault"));
  }
  Fault made;
  bool known = false;
  for (const KindName& each : kKinds) {
    if (each.name == word) {
      made.kind = each.kind;
      known = true;
    }
  }
  if (!known || rest.empty())
    return bad(format("\"{}\" is not a fault; known are unhealthy=, slow=…:200ms, fail-create=, fail-update=, fail-delete= and fail-read= with :after or :once, "
                      "crash-after-effect=, drift=ID.attribute=value, clear and clear=KIND", fault));
  made.once = made.kind == Fault::Kind::crash_after_effect;  // or nothing could ever be finished
  while (true) {
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string_view::npos) break;
    const std::string_view option = rest.substr(colon + 1);
    if (option == "after") made.after = true;
    else if (option == "once") made.once = true;
    else if (option != "before") {
      const auto delay = parse_delay(option);
      if (!delay) break;
      made.delay = *delay;
    }
    rest = rest.substr(0, colon);
  }
  if (made.kind == Fault::Kind::slow && made.delay.count() == 0) made.delay = std::chrono::milliseconds(1000);
  made.match = rest;
  std::string note;
  const std::string_view address = without_module(rest);
  if (const std::size_t dot = address.find('.'); dot != std::string_view::npos && address.find('_') < dot) {
    // An address' label is not known to a cloud: if no object is called so, the whole type is meant.
    auto cloud = TRY(Cloud::open(world, cloud_directory));
    bool found = false;
    for (const auto& object : TRY(cloud->list(address.substr(0, dot))))
      found = found || fault_matches(rest, address.substr(0, dot), {object.id, object.unique});
    if (!found) {
      made.match = address.substr(0, dot);
      note = format(" Nothing in the simulated cloud is called \"{}\", so every {} is meant; an id or a name with * says it exactly.", address.substr(dot + 1), made.match);
    }
  }
  all.push_back(made);
  TRY(faults.replace(all));
  return format("{} holds for {}{}.{}", name_of(made.kind), made.match, made.once ? " once" : "", note);
}

}  // namespace terrace::sandbox
