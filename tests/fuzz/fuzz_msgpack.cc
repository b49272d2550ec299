// SPDX-License-Identifier: Apache-2.0
// The first bytes choose a type, the rest is its MessagePack: never a crash, and what decodes encodes to itself.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "value/msgpack.h"

namespace {
terrace::Type chosen(const std::uint8_t*& data, std::size_t& size, int depth = 0) {
  using terrace::Type;
  if (size == 0 || depth > 6) return Type::dynamic();
  const std::uint8_t byte = *data++;
  --size;
  switch (byte % 9) {
    case 0: return Type::dynamic();
    case 1: return Type::boolean();
    case 2: return Type::number();
    case 3: return Type::string();
    case 4: return Type::list(chosen(data, size, depth + 1));
    case 5: return Type::set(chosen(data, size, depth + 1));
    case 6: return Type::map(chosen(data, size, depth + 1));
    case 7: return Type::tuple({chosen(data, size, depth + 1), chosen(data, size, depth + 1)});
    default: {
      const Type first = chosen(data, size, depth + 1), second = chosen(data, size, depth + 1);
      return Type::object({{terrace::Symbol("a"), first}, {terrace::Symbol("b"), second}});
    }
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace terrace;
  const Type type = chosen(data, size);
  auto value = value::decode_msgpack({reinterpret_cast<const char*>(data), size}, type);
  if (!value) return 0;
  const std::string bytes = value::encode_msgpack(*value, type);
  auto again = value::decode_msgpack(bytes, type);
  CHECK(again.has_value(), "our own MessagePack decodes");
  CHECK(value::encode_msgpack(*again, type) == bytes, "encoding is stable");
  return 0;
}
