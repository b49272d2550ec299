# How environments follow each other, who decides and how health is told. All settings: docs/reference/settings.md.

project "myapp" {}

team "platform-team" {
  members = ["alice", "dave"]
}

team "security-team" {
  members = ["bob", "erin"]
}

stack "infrastructure" {
  path = "infrastructure"
}

environment "dev" {
  health "app" {
    url    = "${output.application_url}/health"
    within = "60s"
    expect = 200
  }
}

environment "staging" {
  promotes_from = "dev"

  health "app" {
    url    = "${output.application_url}/health"
    within = "60s"
    expect = 200
  }
}

environment "prod" {
  promotes_from = "staging"

  approval {
    require "platform-team" {
      count = 1
    }

    require "security-team" {
      count = 1
    }
  }

  health "app" {
    url    = "${output.application_url}/health"
    within = "60s"
    expect = 200
  }
}
