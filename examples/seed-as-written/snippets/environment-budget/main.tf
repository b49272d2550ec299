# Environment-specific cost budgets
resource "aws_budgets_budget" "environment_budget" {
  name       = "${var.project_name}-${var.environment}-budget"
  budget_type = "COST"
  limit_amount = local.environment_budgets[var.environment]
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filters = {
    Tag = [
      "Project:${var.project_name}",
      "Environment:${var.environment}"
    ]
  }
}

locals {
  environment_budgets = {
    dev     = "100"
    staging = "500"
    prod    = "2000"
  }
}
