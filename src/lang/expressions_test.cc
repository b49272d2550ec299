// SPDX-License-Identifier: Apache-2.0
#include "lang/expressions_table.h"

#include "lang/test_scope.h"

namespace terrace::lang::testing {
namespace {

TEST(Expressions, PrintWhatTerraformPrints) {
  TestScope scope;
  for (const VariableRow& row : kVariables) scope.declare(row.name, row.type, row.value);
  for (const ExpressionRow& row : kExpressions) EXPECT_EQ(scope.print(row.expression), row.printed) << row.expression;
}

}  // namespace
}  // namespace terrace::lang::testing
