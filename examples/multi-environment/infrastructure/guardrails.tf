# Rules that hold whatever the tables say. Hard ones are preconditions: here and on the resources that they are about
# (modules/compute, modules/database). Soft ones are checks, which warn.

check "network" {
  assert {
    condition     = local.env_config.enable_private_subnets || !var.enable_database
    error_message = "The database of ${var.environment} stands in public subnets; it is not publicly accessible, but private subnets are better."
  }

  assert {
    condition     = !local.is_prod || !contains(var.allowed_cidr_blocks, "0.0.0.0/0")
    error_message = "Production is open to the whole internet."
  }
}

check "capacity" {
  assert {
    condition     = !local.is_prod || !startswith(local.env_config.instance_type, "t")
    error_message = "Production should not run on burstable instances."
  }

  assert {
    condition     = local.env_config.min_size <= local.env_config.desired_capacity
    error_message = "The desired capacity lies below the minimum."
  }
}
