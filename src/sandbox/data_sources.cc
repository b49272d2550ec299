// SPDX-License-Identifier: Apache-2.0
// Data sources of the simulated cloud. Every answer is a function of type, configuration, place and the cloud's
// objects, never of a counter or clock: anything else would make plans that never become empty.
#include "base/digest.h"
#include "base/format.h"
#include "base/strings.h"
#include "sandbox/logical.h"
#include "sandbox/policy_document.h"
#include "sandbox/simulated.h"
#include "value/json.h"

namespace terrace::sandbox {
namespace {

using provider::ProviderDiagnostic;
using provider::ReadResponse;
using value::Path;
using value::PathStep;

ReadResponse failure(std::string summary, std::string detail, std::string_view attribute = {}) {
  Path path;
  if (!attribute.empty()) path.push_back(PathStep::attribute(Symbol(attribute)));
  return {Value(), {}, {{ProviderDiagnostic::Severity::error, std::move(summary), std::move(detail), std::move(path)}}};
}

std::string text_at(const Value& object, std::string_view name) {
  const Value* value = object.attribute(name);
  if (value == nullptr || value->is_null() || value->is_unknown()) return {};
  if (value->kind() == Kind::boolean) return value->as_bool() ? "true" : "false";
  if (value->kind() == Kind::number) return value->as_number().text();
  return value->kind() == Kind::string ? std::string(value->as_string()) : std::string();
}
std::vector<std::string> texts_at(const Value& object, std::string_view name) {
  std::vector<std::string> out;
  const Value* value = object.attribute(name);
  if (value == nullptr || value->is_null() || value->is_unknown()) return out;
  for (const Value& each : value->elements())
    if (each.is_known() && !each.is_null()) out.emplace_back(each.as_string());
  return out;
}
bool has(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

struct Filter { std::string name; std::vector<std::string> values; };
std::vector<Filter> filters_of(const Value& config) {
  std::vector<Filter> out;
  const Value* blocks = config.attribute("filter");
  if (blocks == nullptr || blocks->is_null() || blocks->is_unknown()) return out;
  for (const Value& block : blocks->elements()) out.push_back({text_at(block, "name"), texts_at(block, "values")});
  return out;
}

/// Hex digits that depend on the question alone.
std::string hash_of(const DataRequest& request) {
  std::string text(request.type.name.text());
  text += '\n' + request.place.region + '\n' + value::simple_json(request.config);
  return base::sha256_hex(text);
}

Value text_value(std::string_view text) { return Value::string(text); }
Value list_value(const std::vector<std::string>& items) {
  std::vector<Value> values;
  for (const std::string& each : items) values.push_back(Value::string(each));
  return Value::list(Type::string(), std::move(values));
}
Value set_value(const std::vector<std::string>& items) {
  std::vector<Value> values;
  for (const std::string& each : items) values.push_back(Value::string(each));
  return Value::set(Type::string(), std::move(values));
}

/// Configuration, what was `made`, and a zero for every other computed attribute.
ReadResponse answer(const DataRequest& request, const Made& made) {
  const schema::Block& block = *request.type.schema.block;
  const auto names = block.implied_type.attributes();
  std::vector<Value> parts(request.config.elements().begin(), request.config.elements().end());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const schema::Attribute* attribute = block.attribute(names[i].name);
    if (attribute == nullptr || !attribute->computed || !parts[i].is_null()) continue;
    parts[i] = zero_value(attribute->type);
  }
  for (const auto& [name, value] : made) {
    const int slot = block.implied_type.attribute_index(name);
    if (slot >= 0 && value.type() == names[static_cast<std::size_t>(slot)].type) parts[static_cast<std::size_t>(slot)] = value;
  }
  return {Value::object(block.implied_type, std::move(parts)), {}, {}};
}

Made made_of(std::initializer_list<std::pair<std::string_view, Value>> items) {
  Made out;
  for (const auto& [name, value] : items) out.emplace_back(Symbol(name), value);
  return out;
}

// --- looking up in the cloud ---

/// "vpc-id", "tag:Name", "cidr-block" of an object, as filters name them.
std::string property(JsonValue object, std::string_view type, std::string_view filter) {
  if (filter.starts_with("tag:")) return std::string(object["tags_all"][filter.substr(4)].string());
  std::string name(filter);
  std::replace(name.begin(), name.end(), '-', '_');
  if ((type == "aws_vpc" && name == "vpc_id") || (type == "aws_subnet" && name == "subnet_id")) name = "id";
  if (name == "cidr") name = "cidr_block";
  const JsonValue value = object[name];
  return value.kind() == JsonKind::string ? std::string(value.string()) : value.exists() && !value.is_null() ? std::string(value.raw()) : std::string();
}

bool is_meant(JsonValue object, std::string_view type, const DataRequest& request) {
  for (const Filter& filter : filters_of(request.config))
    if (!has(filter.values, property(object, type, filter.name))) return false;
  const schema::Block& block = *request.type.schema.block;
  for (const schema::Attribute& attribute : block.attributes) {
    const Value* asked = request.config.attribute(attribute.name);
    if (asked == nullptr || asked->is_null() || asked->is_unknown()) continue;
    const std::string_view name = attribute.name.text();
    if (name == "tags") {
      for (std::size_t i = 0; i < asked->length(); ++i) {
        const Value& value = asked->elements()[i];
        if (!value.is_null() && object["tags_all"][asked->keys()[i]].string() != value.as_string()) return false;
      }
    } else if (name == "default") {
      if (asked->as_bool()) return false;  // no one makes a default network here
    } else if (name != "state" && name != "private_zone" && name != "endpoint") {
      if (!attribute.type.is_primitive()) continue;
      std::string have = property(object, type, name);
      std::string want = text_at(request.config, name);
      if (type == "aws_route53_zone" && name == "name") {
        while (have.ends_with('.')) have.pop_back();
        while (want.ends_with('.')) want.pop_back();
      }
      if (have != want) return false;
    }
  }
  return true;
}

/// Objects of the cloud that the question means.
std::vector<JsonDocument> look_up(const DataRequest& request, std::string_view type) {
  std::vector<JsonDocument> out;
  auto objects = request.shared.cloud->list(type);
  if (!objects) return out;
  for (CloudObject& object : *objects) {
    if (object.scope != request.place.region && object.scope != "global") continue;
    auto document = JsonDocument::parse(std::move(object.json));
    if (document && is_meant(document->root(), type, request)) out.push_back(std::move(document).value());
  }
  return out;
}

/// Every attribute of the data source that the object has under the same name.
Made copied(const DataRequest& request, JsonValue object) {
  Made out;
  for (const schema::Attribute& attribute : request.type.schema.block->attributes) {
    const JsonValue member = object[attribute.name.text()];
    if (!member || member.is_null() || !attribute.computed) continue;
    if (auto value = value::parse_json(member, attribute.type)) out.emplace_back(attribute.name, std::move(value).value());
  }
  return out;
}

/// One object of the cloud; several are an error; none: `fake`.
ReadResponse one_of_cloud(const DataRequest& request, std::string_view type, const std::function<Made()>& fake) {
  const std::vector<JsonDocument> found = look_up(request, type);
  if (found.size() > 1)
    return failure("Several objects match", format("{} objects of the simulated cloud match this {}: ask more exactly, for example by id.", found.size(), request.type.name.text()));
  if (found.empty()) return answer(request, fake());
  return answer(request, copied(request, found.front().root()));
}

// --- one function a type ---

ReadResponse availability_zones(const DataRequest& request) {
  const std::string& region = request.place.region;
  const std::string_view letters = region == "us-east-1" ? "abcdef" : region == "us-west-2" ? "abcd" : "abc";
  const std::vector<std::string> excluded = texts_at(request.config, "exclude_names"), excluded_ids = texts_at(request.config, "exclude_zone_ids");
  const std::string state = text_at(request.config, "state");
  Dice unused(request.shared.world.random);
  std::vector<std::string> names, ids;
  for (char letter : letters) {
    const std::string name = region + letter;
    const auto text = Template::parse("{az_id:name}");
    const SynthContext context{request.place, unused, {}, 0, [&](Symbol) { return Value::string(name); }, {}};
    const std::string id = evaluate(*text, context);
    bool keep = !has(excluded, name) && !has(excluded_ids, id) && (state.empty() || state == "available");
    for (const Filter& filter : filters_of(request.config)) {
      const std::string_view have = filter.name == "zone-name" ? std::string_view(name) : filter.name == "zone-id" ? std::string_view(id)
                                    : filter.name == "opt-in-status" ? "opt-in-not-required" : filter.name == "zone-type" ? "availability-zone"
                                    : filter.name == "state" ? "available" : filter.name == "region-name" || filter.name == "group-name" ? std::string_view(region) : std::string_view();
      keep = keep && (have.empty() || has(filter.values, have));
    }
    if (!keep) continue;
    names.push_back(name);
    ids.push_back(id);
  }
  return answer(request, made_of({{"id", text_value(region)}, {"names", list_value(names)}, {"zone_ids", list_value(ids)}, {"group_names", set_value({region})}}));
}

ReadResponse caller_identity(const DataRequest& request) {
  const Place& place = request.place;
  return answer(request, made_of({{"id", text_value(place.account)}, {"account_id", text_value(place.account)},
                                  {"arn", text_value(format("arn:{}:sts::{}:assumed-role/sandbox/terrace", place.partition, place.account))},
                                  {"user_id", text_value("AROASANDBOXSANDBOX00:terrace")}}));
}

ReadResponse partition(const DataRequest& request) {
  const bool china = request.place.partition == "aws-cn";
  return answer(request, made_of({{"id", text_value(request.place.partition)}, {"partition", text_value(request.place.partition)},
                                  {"dns_suffix", text_value(china ? "amazonaws.com.cn" : "amazonaws.com")},
                                  {"reverse_dns_prefix", text_value(china ? "cn.com.amazonaws" : "com.amazonaws")}}));
}

ReadResponse region(const DataRequest& request) {
  std::string name = text_at(request.config, "name");
  if (name.empty()) name = request.place.region;
  const std::string_view where = name == "us-west-2" ? "US West (Oregon)" : name == "us-east-1" ? "US East (N. Virginia)" : name == "eu-west-1" ? "Europe (Ireland)"
                                 : name == "eu-central-1" ? "Europe (Frankfurt)" : std::string_view(name);
  return answer(request, made_of({{"id", text_value(name)}, {"name", text_value(name)}, {"description", text_value(where)},
                                  {"endpoint", text_value(format("ec2.{}.amazonaws.com", name))}}));
}

ReadResponse default_tags(const DataRequest& request) {
  return answer(request, made_of({{"id", text_value(request.place.partition)}, {"tags", Value::map(Type::string(), request.default_tags.tags)}}));
}

ReadResponse elb_service_account(const DataRequest& request) {
  std::string where = text_at(request.config, "region");
  if (where.empty()) where = request.place.region;
  const std::string_view account = where == "us-west-2" ? "797873946194" : where == "us-east-1" ? "127311923021" : where == "eu-west-1" ? "156460612806" : "054676820928";
  return answer(request, made_of({{"id", text_value(account)}, {"arn", text_value(format("arn:{}:iam::{}:root", request.place.partition, account))}}));
}

ReadResponse ami(const DataRequest& request) {
  std::string name, architecture = "x86_64";
  for (const Filter& filter : filters_of(request.config)) {
    if (filter.name == "name" && !filter.values.empty()) name = filter.values.front();
    if (filter.name == "architecture" && !filter.values.empty()) architecture = filter.values.front();
  }
  if (name.find("arm64") != std::string::npos) architecture = "arm64";
  if (name.empty()) name = "sandbox-image-*";
  for (std::size_t star = name.find('*'); star != std::string::npos; star = name.find('*')) name.replace(star, 1, "2024.1.0");
  const std::string id = "ami-" + hash_of(request).substr(0, 17);
  return answer(request, made_of({{"id", text_value(id)}, {"image_id", text_value(id)}, {"name", text_value(name)}, {"architecture", text_value(architecture)},
                                  {"arn", text_value(format("arn:{}:ec2:{}::image/{}", request.place.partition, request.place.region, id))},
                                  {"creation_date", text_value("2024-01-15T00:00:00.000Z")}, {"root_device_name", text_value("/dev/xvda")},
                                  {"root_device_type", text_value("ebs")}, {"virtualization_type", text_value("hvm")}, {"owner_id", text_value("137112412989")},
                                  {"state", text_value("available")}, {"image_type", text_value("machine")}, {"hypervisor", text_value("xen")}, {"public", Value::boolean(true)}}));
}

ReadResponse ssm_parameter(const DataRequest& request) {
  const std::string name = text_at(request.config, "name");
  auto found = request.shared.cloud->find("aws_ssm_parameter", request.place.region, name);
  if (found && *found) {
    const auto document = JsonDocument::parse((*found)->json);
    if (document) {
      Made made = copied(request, document->root());
      const JsonValue plain = document->root()["insecure_value"];
      const std::string_view text = plain.string().empty() ? document->root()["value"].string() : plain.string();
      made.emplace_back(Symbol("value"), text_value(text));
      return answer(request, made);
    }
  }
  if (!name.starts_with("/aws/"))
    return failure("No such parameter", format("The simulated cloud has no SSM parameter named \"{}\" in {}.", name, request.place.region), "name");
  // AWS's own public parameters: mostly image ids.
  const std::string digits = base::sha256_hex(name + request.place.region).substr(0, 17);
  const std::string text = name.find("ami") != std::string::npos ? "ami-" + digits : "value-" + digits.substr(0, 8);
  return answer(request, made_of({{"id", text_value(name)}, {"value", text_value(text)}, {"insecure_value", text_value(text)}, {"type", text_value("String")},
                                  {"version", Value::number(1)}, {"arn", text_value(format("arn:{}:ssm:{}::parameter{}", request.place.partition, request.place.region, name))}}));
}

ReadResponse policy(const DataRequest& request) {
  auto texts = policy_document(request.config);
  if (!texts) return failure("Invalid policy document", format("{}.", texts.error().message));
  Made made = made_of({{"json", text_value(texts->json)}, {"minified_json", text_value(texts->minified_json)},
                       {"id", text_value(format("{}", crc32_of(texts->json)))}});
  if (text_at(request.config, "version").empty()) made.emplace_back(Symbol("version"), text_value("2012-10-17"));
  return answer(request, made);
}

ReadResponse vpc(const DataRequest& request) {
  return one_of_cloud(request, "aws_vpc", [&] {
    std::string id = text_at(request.config, "id");
    if (id.empty()) id = "vpc-" + hash_of(request).substr(0, 17);
    return made_of({{"id", text_value(id)}, {"cidr_block", text_value("172.31.0.0/16")}, {"default", Value::boolean(text_at(request.config, "default") != "false")},
                    {"arn", text_value(format("arn:{}:ec2:{}:{}:vpc/{}", request.place.partition, request.place.region, request.place.account, id))},
                    {"enable_dns_support", Value::boolean(true)}, {"enable_dns_hostnames", Value::boolean(true)}, {"instance_tenancy", text_value("default")},
                    {"owner_id", text_value(request.place.account)}, {"state", text_value("available")}, {"main_route_table_id", text_value("rtb-" + hash_of(request).substr(17, 17))}});
  });
}

ReadResponse subnet(const DataRequest& request) {
  return one_of_cloud(request, "aws_subnet", [&] {
    std::string id = text_at(request.config, "id");
    if (id.empty()) id = "subnet-" + hash_of(request).substr(0, 17);
    return made_of({{"id", text_value(id)}, {"cidr_block", text_value("172.31.0.0/20")}, {"availability_zone", text_value(request.place.region + "a")},
                    {"vpc_id", text_value("vpc-" + hash_of(request).substr(17, 17))}, {"state", text_value("available")}, {"owner_id", text_value(request.place.account)},
                    {"arn", text_value(format("arn:{}:ec2:{}:{}:subnet/{}", request.place.partition, request.place.region, request.place.account, id))}});
  });
}

ReadResponse subnets(const DataRequest& request) {
  std::vector<std::string> ids;
  for (const JsonDocument& document : look_up(request, "aws_subnet")) ids.emplace_back(document.root()["id"].string());
  if (ids.empty()) {
    // A network that the sandbox did not make: three subnets, as a default VPC has.
    const std::string hash = hash_of(request);
    for (std::size_t i = 0; i < 3; ++i) ids.push_back("subnet-" + hash.substr(i * 17, 17));
  }
  return answer(request, made_of({{"id", text_value(request.place.region)}, {"ids", list_value(ids)}}));
}

ReadResponse route53_zone(const DataRequest& request) {
  return one_of_cloud(request, "aws_route53_zone", [&] {
    std::string id = text_at(request.config, "zone_id");
    if (id.empty()) {
      id = "Z" + hash_of(request).substr(0, 19);
      std::transform(id.begin(), id.end(), id.begin(), [](unsigned char c) { return std::toupper(c); });
    }
    const std::string name = text_at(request.config, "name");
    return made_of({{"id", text_value(id)}, {"zone_id", text_value(id)}, {"name", text_value(name.empty() ? "example.com" : name)},
                    {"arn", text_value(format("arn:{}:route53:::hostedzone/{}", request.place.partition, id))},
                    {"name_servers", list_value({"ns-1.awsdns-01.com", "ns-2.awsdns-02.net", "ns-3.awsdns-03.org", "ns-4.awsdns-04.co.uk"})}});
  });
}

ReadResponse secret_version(const DataRequest& request) {
  const std::string secret = text_at(request.config, "secret_id");
  auto objects = request.shared.cloud->list("aws_secretsmanager_secret_version");
  std::optional<JsonDocument> found;
  // A name means the secret's ARN.
  std::string arn = secret;
  if (auto named = request.shared.cloud->find("aws_secretsmanager_secret", request.place.region, secret); named && *named) arn = (*named)->id;
  if (objects) {
    for (CloudObject& object : *objects) {
      auto document = JsonDocument::parse(std::move(object.json));
      if (document && (document->root()["secret_id"].string() == arn || document->root()["secret_id"].string() == secret)) found = std::move(document).value();
    }
  }
  if (found) return answer(request, copied(request, found->root()));
  const std::string hash = base::sha256_hex(secret + request.place.region);
  return answer(request, made_of({{"id", text_value(format("{}|AWSCURRENT", secret))}, {"arn", text_value(secret)}, {"version_id", text_value(hash.substr(0, 32))},
                                  {"secret_string", text_value("sandbox-" + hash.substr(32, 12))}, {"version_stages", set_value({"AWSCURRENT"})}}));
}

ReadResponse instance_type(const DataRequest& request) {
  struct Size { std::string_view name; int cpus, memory; };
  static constexpr Size kSizes[] = {{"nano", 2, 512}, {"micro", 2, 1024}, {"small", 2, 2048}, {"medium", 2, 4096}, {"large", 2, 8192}, {"xlarge", 4, 16384}, {"2xlarge", 8, 32768}, {"4xlarge", 16, 65536}};
  const std::string name = text_at(request.config, "instance_type");
  const std::string_view size = std::string_view(name).substr(name.find('.') == std::string::npos ? 0 : name.find('.') + 1);
  int cpus = 2, memory = 8192;
  for (const Size& each : kSizes) {
    if (each.name == size) {
      cpus = each.cpus;
      memory = each.memory;
    }
  }
  if (name.starts_with("r")) memory *= 2;
  if (name.starts_with("c")) memory /= 2;
  const bool arm = name.size() > 2 && name.find("g.") != std::string::npos;
  return answer(request, made_of({{"id", text_value(name)}, {"default_vcpus", Value::number(cpus)}, {"default_cores", Value::number(std::max(1, cpus / 2))},
                                  {"default_threads_per_core", Value::number(2)}, {"memory_size", Value::number(memory)}, {"current_generation", Value::boolean(true)},
                                  {"burstable_performance_supported", Value::boolean(name.starts_with("t"))}, {"supported_architectures", list_value({arm ? "arm64" : "x86_64"})}}));
}

ReadResponse engine_version(const DataRequest& request) {
  const std::string engine = text_at(request.config, "engine");
  std::string version = text_at(request.config, "version");
  if (version.empty()) version = engine == "mysql" ? "8.0.39" : engine == "mariadb" ? "10.11.8" : "16.3";
  const std::size_t dot = version.find('.');
  // PostgreSQL families carry the major number alone, the others two parts.
  const std::string major = engine.find("postgres") != std::string::npos ? version.substr(0, dot) : version.substr(0, version.find('.', dot + 1));
  return answer(request, made_of({{"id", text_value(version)}, {"version", text_value(version)}, {"parameter_group_family", text_value(engine + major)},
                                  {"status", text_value("available")}, {"engine_description", text_value(engine)}}));
}

struct Handler {
  std::string_view type;
  ReadResponse (*read)(const DataRequest&);
};
constexpr Handler kHandlers[] = {
    {"aws_ami", ami},
    {"aws_availability_zones", availability_zones},
    {"aws_caller_identity", caller_identity},
    {"aws_default_tags", default_tags},
    {"aws_ec2_instance_type", instance_type},
    {"aws_elb_service_account", elb_service_account},
    {"aws_iam_policy_document", policy},
    {"aws_partition", partition},
    {"aws_rds_engine_version", engine_version},
    {"aws_region", region},
    {"aws_route53_zone", route53_zone},
    {"aws_secretsmanager_secret_version", secret_version},
    {"aws_ssm_parameter", ssm_parameter},
    {"aws_subnet", subnet},
    {"aws_subnets", subnets},
    {"aws_vpc", vpc},
};

/// A type that only a user's pack knows: the resource of the same name if the cloud has it, else made-up texts.
ReadResponse guess(const DataRequest& request) {
  const std::vector<JsonDocument> found = look_up(request, request.type.name.text());
  if (found.size() == 1) return answer(request, copied(request, found.front().root()));
  const std::string hash = hash_of(request);
  Made made;
  for (const schema::Attribute& attribute : request.type.schema.block->attributes) {
    const Value* given = request.config.attribute(attribute.name);
    if (!attribute.computed || attribute.type.kind() != TypeKind::string || (given != nullptr && !given->is_null())) continue;
    const std::string_view name = attribute.name.text();
    made.emplace_back(attribute.name, text_value(name == "id" ? hash.substr(0, 20) : format("{}-{}", name, hash.substr(0, 8))));
  }
  return answer(request, made);
}

}  // namespace

ReadResponse read_data(const DataRequest& request) {
  const std::string_view type = request.type.name.text();
  for (const Handler& handler : kHandlers)
    if (handler.type == type) return handler.read(request);
  if (auto logical = read_logical(request.type.name, request.config, {request.shared.world, request.shared.dice})) {
    if (!*logical) return failure(format("Reading {} failed", type), format("{}.", logical->error().message));
    return answer(request, **logical);
  }
  return guess(request);
}

}  // namespace terrace::sandbox
