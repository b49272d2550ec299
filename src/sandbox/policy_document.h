// SPDX-License-Identifier: Apache-2.0
// aws_iam_policy_document, really computed: the text must not change from run to run, or nothing that uses it
// would ever converge (aws.md 0.3).
#pragma once
#include <string>

#include "base/result.h"
#include "value/value.h"

namespace terrace::sandbox {

struct PolicyTexts {
  std::string json;           ///< indented by two blanks
  std::string minified_json;
};
/// `config` is the data source's configuration, wholly known. Errors: a source document that is not a policy,
/// a statement id given twice, `&{` in a version that has no variables.
Result<PolicyTexts> policy_document(const Value& config);

}  // namespace terrace::sandbox
