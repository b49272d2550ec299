terraform {
}
locals {
}
