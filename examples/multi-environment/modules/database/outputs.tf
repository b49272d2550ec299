output "database_identifier" {
  value = aws_db_instance.main.identifier
}

output "database_endpoint" {
  value = aws_db_instance.main.endpoint
}

output "secret_arn" {
  value = aws_secretsmanager_secret.master.arn
}
