# Core configuration
project_name = "myapp"
environment  = "dev"
aws_region   = "us-west-2"

# Team and ownership
owner = "Development Team"
team  = "backend-team"

# Git metadata
repository_name = "myapp-infrastructure"

# Optional components
enable_database = true

# Network configuration
allowed_cidr_blocks = [
  "10.0.0.0/8",     # Internal networks
  "203.0.113.0/24", # Office network
]

# Notification configuration
notification_endpoints = [
  "dev-alerts@company.com",
]
