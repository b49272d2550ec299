resource "aws_security_group" "load_balancer" {
  name        = "${var.name_prefix}-alb"
  description = "Load balancer of ${var.name_prefix}"
  vpc_id      = var.vpc_id

  tags = merge(var.tags, { Name = "${var.name_prefix}-alb" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "application" {
  name        = "${var.name_prefix}-app"
  description = "Instances of ${var.name_prefix}"
  vpc_id      = var.vpc_id

  tags = merge(var.tags, { Name = "${var.name_prefix}-app" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "database" {
  name        = "${var.name_prefix}-db"
  description = "Database of ${var.name_prefix}"
  vpc_id      = var.vpc_id

  tags = merge(var.tags, { Name = "${var.name_prefix}-db" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "http" {
  for_each = toset(var.allowed_cidr_blocks)

  security_group_id = aws_security_group.load_balancer.id
  description       = "HTTP from ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80

  tags = var.tags
}

resource "aws_vpc_security_group_egress_rule" "to_application" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "To the instances"
  referenced_security_group_id = aws_security_group.application.id
  ip_protocol                  = "tcp"
  from_port                    = var.application_port
  to_port                      = var.application_port

  tags = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "from_load_balancer" {
  security_group_id            = aws_security_group.application.id
  description                  = "From the load balancer"
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = var.application_port
  to_port                      = var.application_port

  tags = var.tags
}

resource "aws_vpc_security_group_egress_rule" "from_application" {
  security_group_id = aws_security_group.application.id
  description       = "Updates, AWS and the database in ${var.vpc_cidr}"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"

  tags = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "From the instances"
  referenced_security_group_id = aws_security_group.application.id
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port

  tags = var.tags
}

resource "aws_wafv2_web_acl" "main" {
  count = var.enable_waf ? 1 : 0

  name        = "${var.name_prefix}-waf"
  description = "Rate limit and the common rules for ${var.name_prefix}"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "rate-limit"
    priority = 1

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit              = 2000
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name_prefix}-rate-limit"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "common-rules"
    priority = 2

    override_action {
      none {}
    }

    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name_prefix}-common-rules"
      sampled_requests_enabled   = true
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "${var.name_prefix}-waf"
    sampled_requests_enabled   = true
  }

  tags = var.tags
}

resource "aws_wafv2_web_acl_association" "main" {
  for_each = var.enable_waf ? var.protected_resource_arns : {}

  resource_arn = each.value
  web_acl_arn  = aws_wafv2_web_acl.main[0].arn
}

# The subscription itself is bought once per account: see account/.
resource "aws_shield_protection" "main" {
  for_each = var.enable_shield_advanced ? var.protected_resource_arns : {}

  name         = "${var.name_prefix}-${each.key}"
  resource_arn = each.value

  tags = var.tags
}

# The recorder that these rules need exists once per account and region: see account/.
resource "aws_config_config_rule" "main" {
  for_each = var.enable_config_rules ? {
    encrypted-volumes     = "ENCRYPTED_VOLUMES"
    restricted-ssh        = "INCOMING_SSH_DISABLED"
    rds-storage-encrypted = "RDS_STORAGE_ENCRYPTED"
  } : {}

  name = "${var.name_prefix}-${each.key}"

  source {
    owner             = "AWS"
    source_identifier = each.value
  }

  tags = var.tags
}
