locals {
  environment_budgets = {
    dev     = "100"
    staging = "500"
    prod    = "4500" # Shield Advanced alone is 3,000
  }
}

resource "aws_budgets_budget" "environment_budget" {
  name         = "${local.name_prefix}-budget"
  budget_type  = "COST"
  limit_amount = local.environment_budgets[var.environment]
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  # Values of one filter are alternatives, so the tag that tells environments apart stands alone.
  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:Environment$%s", var.environment)]
  }

  notification {
    comparison_operator        = "GREATER_THAN"
    notification_type          = "ACTUAL"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = var.notification_endpoints
  }
}
