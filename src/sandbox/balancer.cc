// SPDX-License-Identifier: Apache-2.0
#include "sandbox/balancer.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <charconv>

#include "base/format.h"
#include "base/json.h"
#include "base/strings.h"

namespace terrace::sandbox {
namespace {

/// libmicrohttpd, opened when the first balancer is served: most runs need none.
struct Library {
  void* handle = nullptr;
  decltype(&MHD_start_daemon) start = nullptr;
  decltype(&MHD_stop_daemon) stop = nullptr;
  decltype(&MHD_get_daemon_info) info = nullptr;
  decltype(&MHD_create_response_from_buffer) response = nullptr;
  decltype(&MHD_add_response_header) header = nullptr;
  decltype(&MHD_queue_response) queue = nullptr;
  decltype(&MHD_destroy_response) destroy = nullptr;
  decltype(&MHD_lookup_connection_value) lookup = nullptr;

  static Result<Library> open() {
    Library library;
    library.handle = ::dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
    if (library.handle == nullptr)
      return Error{ErrorKind::not_found, "libmicrohttpd.so.12 is missing; simulated load balancers need it: install the package libmicrohttpd12", 0};
    bool all = true;
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(library.handle, name));
      all = all && function != nullptr;
    };
    find(library.start, "MHD_start_daemon");
    find(library.stop, "MHD_stop_daemon");
    find(library.info, "MHD_get_daemon_info");
    find(library.response, "MHD_create_response_from_buffer");
    find(library.header, "MHD_add_response_header");
    find(library.queue, "MHD_queue_response");
    find(library.destroy, "MHD_destroy_response");
    find(library.lookup, "MHD_lookup_connection_value");
    if (!all) return Error{ErrorKind::unsupported, "libmicrohttpd.so.12 lacks functions; install a current package libmicrohttpd12", 0};
    return library;
  }
};

std::optional<CloudObject> find_balancer(Shared& shared, std::string_view name) {
  auto all = shared.cloud->list("aws_lb");
  if (!all) return {};
  for (CloudObject& object : *all) {
    const auto document = JsonDocument::parse(object.json);
    if (document && document->root()["dns_name"].string() == name) return std::move(object);
  }
  return {};
}

std::string target_of(JsonValue action) {
  const std::string_view direct = action["target_group_arn"].string();
  if (!direct.empty()) return std::string(direct);
  return std::string(action["forward"].at(0)["target_group"].at(0)["arn"].string());
}

/// "#{host}" and its like stand for the request's own parts.
std::string redirected(JsonValue redirect, std::string_view host, std::string_view path, std::string_view port) {
  const auto part = [&](std::string_view name, std::string_view otherwise) {
    const std::string_view given = redirect[name].string();
    return given.empty() || given.find("#{") != std::string_view::npos ? std::string(otherwise) : std::string(given);
  };
  std::string protocol = part("protocol", "HTTP");
  std::transform(protocol.begin(), protocol.end(), protocol.begin(), [](unsigned char c) { return std::tolower(c); });
  return format("{}://{}:{}{}", protocol, part("host", host), part("port", port), part("path", path));
}

BalancerAnswer json_answer(int status, std::string_view word, const CloudObject* balancer, std::string_view target) {
  BalancerAnswer out;
  out.status = status;
  JsonWriter json(out.body);
  std::string environment = balancer == nullptr ? std::string() : balancer->environment;
  if (balancer != nullptr && environment.empty()) {
    if (const auto document = JsonDocument::parse(balancer->json)) environment = document->root()["tags_all"]["Environment"].string();
  }
  json.begin_object().member("status", word).member("environment", std::string_view(environment));
  json.member("load_balancer", balancer == nullptr ? std::string_view() : std::string_view(balancer->unique)).member("target_group", target).member("simulated", true).end_object();
  out.body += '\n';
  return out;
}

}  // namespace

BalancerAnswer answer_request(Shared& shared, std::string_view host, std::string_view path) {
  std::string_view name = host, port = "80";
  if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
    name = host.substr(0, colon);
    port = host.substr(colon + 1);
  }
  const auto balancer = find_balancer(shared, name);
  if (!balancer) return json_answer(404, "no such load balancer", nullptr, {});
  auto listeners = shared.cloud->list("aws_lb_listener");
  if (!listeners) return json_answer(500, "the simulated cloud cannot be read", &*balancer, {});
  for (const CloudObject& listener : *listeners) {
    const auto document = JsonDocument::parse(listener.json);
    if (!document || document->root()["load_balancer_arn"].string() != balancer->id) continue;
    if (document->root()["port"].number() != port) continue;
    const JsonValue action = document->root()["default_action"].at(0);
    if (action["type"].string() == "redirect") {
      const JsonValue redirect = action["redirect"].at(0);
      BalancerAnswer out = json_answer(redirect["status_code"].string() == "HTTP_301" ? 301 : 302, "redirect", &*balancer, {});
      out.location = redirected(redirect, name, path, port);
      return out;
    }
    if (action["type"].string() == "fixed-response") {
      const JsonValue fixed = action["fixed_response"].at(0);
      BalancerAnswer out;
      int status = 200;
      const std::string_view code = fixed["status_code"].string();
      std::from_chars(code.data(), code.data() + code.size(), status);
      out.status = status;
      out.body = fixed["message_body"].string();
      out.content_type = fixed["content_type"].string();
      return out;
    }
    const std::string target = target_of(action);
    std::string target_name;
    if (auto group = shared.cloud->find("aws_lb_target_group", {}, target); group && *group) target_name = (*group)->unique;
    else return json_answer(503, "no target group", &*balancer, {});
    if (const auto slow = shared.faults.take(Fault::Kind::slow, "aws_lb_target_group", {target, target_name})) shared.world.clock.sleep(slow->delay);
    const bool sick = shared.faults.take(Fault::Kind::unhealthy, "aws_lb_target_group", {target, target_name}).has_value() ||
                      shared.faults.take(Fault::Kind::unhealthy, "aws_lb", {balancer->id, balancer->unique}).has_value();
    return json_answer(sick ? 503 : 200, sick ? "unhealthy" : "healthy", &*balancer, target_name);
  }
  return json_answer(503, "no listener on this port", &*balancer, {});
}

struct Balancer::Impl {
  Library library;
  std::shared_ptr<Shared> shared;
  MHD_Daemon* daemon = nullptr;
  int port = 0;

  static MHD_Result serve(void* self, MHD_Connection* connection, const char* url, const char*, const char*, const char*, std::size_t* upload, void** seen) {
    auto& impl = *static_cast<Impl*>(self);
    // The first call only announces the request, further ones bring its body, which nobody reads.
    if (*seen == nullptr) {
      *seen = self;
      return MHD_YES;
    }
    if (*upload > 0) {
      *upload = 0;
      return MHD_YES;
    }
    const char* host = impl.library.lookup(connection, MHD_HEADER_KIND, "Host");
    std::string_view path = url == nullptr ? "/" : url;
    std::string_view name = host == nullptr ? "" : host;
    if (path.starts_with("http://")) {  // asked as a proxy
      path.remove_prefix(7);
      const std::size_t slash = path.find('/');
      name = path.substr(0, slash);
      path = slash == std::string_view::npos ? "/" : path.substr(slash);
    }
    const BalancerAnswer answer = answer_request(*impl.shared, name, path);
    MHD_Response* response = impl.library.response(answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
    if (response == nullptr) return MHD_NO;
    impl.library.header(response, "Content-Type", answer.content_type.c_str());
    if (!answer.location.empty()) impl.library.header(response, "Location", answer.location.c_str());
    const MHD_Result queued = impl.library.queue(connection, static_cast<unsigned>(answer.status), response);
    impl.library.destroy(response);
    return queued;
  }
};

Balancer::Balancer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Balancer::~Balancer() {
  if (impl_ != nullptr && impl_->daemon != nullptr) impl_->library.stop(impl_->daemon);
}
int Balancer::port() const { return impl_->port; }

Result<std::unique_ptr<Balancer>> Balancer::start(std::shared_ptr<Shared> shared) {
  auto impl = std::make_unique<Impl>();
  impl->library = TRY(Library::open());
  impl->shared = std::move(shared);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = 0;
  impl->daemon = impl->library.start(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, nullptr, nullptr, &Impl::serve, impl.get(),
                                     MHD_OPTION_SOCK_ADDR, reinterpret_cast<sockaddr*>(&address), MHD_OPTION_CONNECTION_TIMEOUT, 10u,
                                     MHD_OPTION_CONNECTION_LIMIT, 64u, MHD_OPTION_END);
  if (impl->daemon == nullptr) return Error{ErrorKind::io, "the simulated load balancers got no port on loopback", 0};
  const MHD_DaemonInfo* info = impl->library.info(impl->daemon, MHD_DAEMON_INFO_BIND_PORT);
  impl->port = info == nullptr ? 0 : info->port;
  return std::unique_ptr<Balancer>(new Balancer(std::move(impl)));
}

Result<std::vector<std::string>> Balancer::routes() {
  std::vector<std::string> out;
  std::map<std::string, std::string> names;
  for (const CloudObject& object : TRY(impl_->shared->cloud->list("aws_lb"))) {
    if (const auto document = JsonDocument::parse(object.json)) names[object.id] = document->root()["dns_name"].string();
  }
  for (const CloudObject& object : TRY(impl_->shared->cloud->list("aws_lb_listener"))) {
    const auto document = JsonDocument::parse(object.json);
    if (!document) continue;
    const auto name = names.find(std::string(document->root()["load_balancer_arn"].string()));
    const std::string_view protocol = document->root()["protocol"].string();
    // No certificate of ours would be trusted: HTTPS is not served.
    if (name == names.end() || protocol == "HTTPS" || protocol == "TLS") continue;
    out.push_back(format("{}:{}:127.0.0.1:{}", name->second, document->root()["port"].number(), impl_->port));
  }
  return out;
}

}  // namespace terrace::sandbox
