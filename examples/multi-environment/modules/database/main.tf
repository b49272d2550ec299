resource "random_password" "master" {
  length           = 24
  override_special = "!#%*-_=+"
}

resource "aws_secretsmanager_secret" "master" {
  name        = "${var.name_prefix}/database/master"
  description = "Master password of ${var.name_prefix}'s database"

  recovery_window_in_days = 7

  tags = var.tags
}

resource "aws_secretsmanager_secret_version" "master" {
  secret_id = aws_secretsmanager_secret.master.id
  secret_string = jsonencode({
    username = "app"
    password = random_password.master.result
  })
}

resource "aws_db_subnet_group" "main" {
  name        = "${var.name_prefix}-db"
  description = "Subnets of ${var.name_prefix}'s database"
  subnet_ids  = var.subnet_ids

  tags = var.tags
}

resource "aws_db_parameter_group" "main" {
  name        = "${var.name_prefix}-postgres16"
  family      = "postgres16"
  description = "PostgreSQL 16 for ${var.name_prefix}"

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  parameter {
    name         = "rds.force_ssl"
    value        = "1"
    apply_method = "pending-reboot"
  }

  tags = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "main" {
  identifier     = "${var.name_prefix}-db"
  engine         = "postgres"
  engine_version = "16"
  instance_class = var.instance_class

  db_name  = "app"
  username = "app"
  password = random_password.master.result

  allocated_storage = var.allocated_storage
  storage_type      = "gp3"
  storage_encrypted = true

  multi_az               = var.multi_az
  db_subnet_group_name   = aws_db_subnet_group.main.name
  parameter_group_name   = aws_db_parameter_group.main.name
  vpc_security_group_ids = var.security_group_ids
  publicly_accessible    = false

  backup_retention_period   = var.backup_retention_period
  copy_tags_to_snapshot     = true
  skip_final_snapshot       = !var.require_multi_az
  final_snapshot_identifier = var.require_multi_az ? "${var.name_prefix}-final" : null
  deletion_protection       = var.require_multi_az

  performance_insights_enabled    = var.performance_insights_enabled
  enabled_cloudwatch_logs_exports = ["postgresql"]

  tags = var.tags

  lifecycle {
    precondition {
      condition     = var.multi_az || !var.require_multi_az
      error_message = "This environment needs a database in several zones: set db_multi_az."
    }

    precondition {
      condition     = var.backup_retention_period >= var.minimum_backup_retention
      error_message = "This environment needs backups of at least ${var.minimum_backup_retention} days."
    }
  }
}
