varible "a" {
}
