output "vpc_id" {
  value = aws_vpc.main.id
}

output "vpc_cidr_block" {
  value = aws_vpc.main.cidr_block
}

output "public_subnet_ids" {
  value = [for zone in var.availability_zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  value = var.enable_private_subnets ? [for zone in var.availability_zones : aws_subnet.private[zone].id] : []
}

output "nat_public_ips" {
  value = { for zone, address in aws_eip.nat : zone => address.public_ip }
}
