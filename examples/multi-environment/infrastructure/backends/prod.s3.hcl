bucket       = "myapp-terraform-state"
key          = "myapp/prod/terraform.tfstate"
region       = "us-west-2"
encrypt      = true
use_lockfile = true
