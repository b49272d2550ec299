// SPDX-License-Identifier: Apache-2.0
// HTTP over libcurl, which is opened on first use: most runs never need it and starting up is faster without.
#include <curl/curl.h>
#include <dlfcn.h>

#include "base/format.h"
#include "base/strings.h"
#include "world/os_internal.h"

namespace terrace::world {
namespace {

/// The functions of libcurl that we call, as <curl/curl.h> declares them.
struct Curl {
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  CURLcode (*easy_setopt)(CURL*, CURLoption, ...) = nullptr;
  CURLcode (*easy_getinfo)(CURL*, CURLINFO, ...) = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
  bool complete = false;
};

Curl open_curl() {
  Curl curl;
  void* library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) library = ::dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return curl;
  bool found = true;
  auto load = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(library, name));
    found = found && function != nullptr;
  };
  load(curl.global_init, "curl_global_init");
  load(curl.easy_init, "curl_easy_init");
  load(curl.easy_cleanup, "curl_easy_cleanup");
  load(curl.easy_setopt, "curl_easy_setopt");
  load(curl.easy_getinfo, "curl_easy_getinfo");
  load(curl.easy_perform, "curl_easy_perform");
  load(curl.easy_strerror, "curl_easy_strerror");
  load(curl.slist_append, "curl_slist_append");
  load(curl.slist_free_all, "curl_slist_free_all");
  curl.complete = found && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return curl;
}

Result<const Curl*> curl_library() {
  static const Curl curl = open_curl();
  if (!curl.complete) {
    return Error{ErrorKind::unsupported,
                 "libcurl.so.4 is needed for HTTP and could not be opened; install the package libcurl4"};
  }
  return &curl;
}

class List {
 public:
  explicit List(const Curl& curl) : curl_(curl) {}
  List(const List&) = delete;
  List& operator=(const List&) = delete;
  ~List() { curl_.slist_free_all(head_); }
  void add(const std::string& text) { head_ = curl_.slist_append(head_, text.c_str()); }
  curl_slist* get() const { return head_; }

 private:
  const Curl& curl_;
  curl_slist* head_ = nullptr;
};

/// What arrives; the callbacks of libcurl write here and must not throw.
struct Incoming {
  HttpResponse response;
  std::size_t max_bytes;
  std::size_t header_bytes = 0;
  bool too_large = false;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& incoming = *static_cast<Incoming*>(user);
  if (incoming.response.body.size() + size * count > incoming.max_bytes) {
    incoming.too_large = true;
    return 0;
  }
  incoming.response.body.append(data, size * count);
  return size * count;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& incoming = *static_cast<Incoming*>(user);
  std::string_view line(data, size * count);
  incoming.header_bytes += line.size();
  if (incoming.header_bytes > (std::size_t{1} << 20)) {
    incoming.too_large = true;
    return 0;
  }
  if (line.substr(0, 5) == "HTTP/") incoming.response.headers.clear();  // after "100 Continue" the real ones follow
  auto colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string name(line.substr(0, colon));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  incoming.response.headers.emplace_back(std::move(name), base::trim(line.substr(colon + 1)));
  return line.size();
}

class Handle {
 public:
  explicit Handle(const Curl& curl) : curl_(curl), easy_(curl.easy_init()) { CHECK(easy_, "curl_easy_init"); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { curl_.easy_cleanup(easy_); }
  template <class T>
  void set(CURLoption option, T value) {
    curl_.easy_setopt(easy_, option, value);
  }
  Result<void> perform(const std::string& url) {
    char detail[CURL_ERROR_SIZE] = {};
    set(CURLOPT_ERRORBUFFER, detail);
    CURLcode code = curl_.easy_perform(easy_);
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
    if (code == CURLE_OK) return {};
    std::string_view text = detail[0] != '\0' ? detail : curl_.easy_strerror(code);
    return Error{kind(code), format("{}: {}", url, text)};
  }
  int status() {
    long status = 0;
    curl_.easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

 private:
  static ErrorKind kind(CURLcode code) {
    if (code == CURLE_OPERATION_TIMEDOUT) return ErrorKind::timeout;
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) return ErrorKind::invalid;
    return ErrorKind::io;
  }
  const Curl& curl_;
  CURL* easy_;
};

/// The URL as messages may show it: without user, password and query, where secrets travel.
std::string shown(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  auto scheme = url.find("://");
  auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
  auto at = url.substr(host, url.find('/', host) - host).rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, host)) + std::string(url.substr(host + at + 1));
}

class OsHttp : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    const Curl& curl = *TRY(curl_library());
    for (const auto& [name, value] : request.headers) {
      if ((name + value).find_first_of("\r\n") != std::string::npos) {
        return Error{ErrorKind::invalid, format("header {} holds a line break", name)};
      }
    }
    Handle handle(curl);
    common(handle, request.timeout);
    handle.set(CURLOPT_URL, request.url.c_str());
    handle.set(CURLOPT_PROTOCOLS_STR, "http,https");
    handle.set(CURLOPT_FOLLOWLOCATION, 0L);
    handle.set(CURLOPT_USERAGENT, "terrace");
    if (request.method == "HEAD") {
      handle.set(CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET" || !request.body.empty()) {
      handle.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      handle.set(CURLOPT_POSTFIELDS, request.body.data());
      handle.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    List headers(curl), resolve(curl), connect_to(curl);
    headers.add("Expect:");        // no wait for "100 Continue"
    headers.add("Content-Type:");  // none unless the caller names one, which comes later and wins
    for (const auto& [name, value] : request.headers) {
      headers.add(value.empty() ? name + ";" : name + ": " + value);
    }
    for (const auto& entry : request.resolve) {
      // "host:port:address:port" also moves to another port, which CURLOPT_RESOLVE cannot.
      (std::count(entry.begin(), entry.end(), ':') == 3 ? connect_to : resolve).add(entry);
    }
    handle.set(CURLOPT_HTTPHEADER, headers.get());
    if (connect_to.get() != nullptr) handle.set(CURLOPT_CONNECT_TO, connect_to.get());
    if (resolve.get() != nullptr) handle.set(CURLOPT_RESOLVE, resolve.get());
    Incoming incoming{{}, request.max_bytes};
    handle.set(CURLOPT_WRITEFUNCTION, on_body);
    handle.set(CURLOPT_WRITEDATA, &incoming);
    handle.set(CURLOPT_HEADERFUNCTION, on_header);
    handle.set(CURLOPT_HEADERDATA, &incoming);
    auto done = handle.perform(shown(request.url));
    if (incoming.too_large) {
      return Error{ErrorKind::invalid,
                   format("{}: the answer is larger than {} bytes", shown(request.url), request.max_bytes)};
    }
    TRY(std::move(done));
    incoming.response.status = handle.status();
    return std::move(incoming.response);
  }

  Result<void> connect(std::string_view host, int port, std::chrono::milliseconds timeout) override {
    const Curl& curl = *TRY(curl_library());
    Handle handle(curl);
    common(handle, timeout);
    bool v6 = host.find(':') != std::string_view::npos && host.front() != '[';
    std::string place = v6 ? format("[{}]:{}", host, port) : format("{}:{}", host, port);
    std::string url = "http://" + place;
    handle.set(CURLOPT_URL, url.c_str());
    handle.set(CURLOPT_PROXY, "");
    handle.set(CURLOPT_CONNECT_ONLY, 1L);
    return handle.perform(place);
  }

 private:
  static void common(Handle& handle, std::chrono::milliseconds timeout) {
    handle.set(CURLOPT_NOSIGNAL, 1L);
    if (timeout.count() <= 0) return;
    handle.set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    handle.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.count()));
  }
};

}  // namespace

std::unique_ptr<HttpClient> make_os_http() { return std::make_unique<OsHttp>(); }

}  // namespace terrace::world
