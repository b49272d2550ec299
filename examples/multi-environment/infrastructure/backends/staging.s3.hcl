bucket       = "myapp-terraform-state"
key          = "myapp/staging/terraform.tfstate"
region       = "us-west-2"
encrypt      = true
use_lockfile = true
