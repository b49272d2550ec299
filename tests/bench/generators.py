# SPDX-License-Identifier: Apache-2.0
"""Deterministic configurations and states for bench.py; each function fills an empty directory."""
import json, uuid

DATA = 'resource "terraform_data" "{name}" {{\n  input = "{value}"\n}}\n'


def write(directory, name, text):
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def nothing(directory, n=1):
    write(directory, "main.tf", "")


def flat(directory, n):
    write(directory, "main.tf", "".join(DATA.format(name=f"r{i}", value=f"value {i}") for i in range(n)))


def files(directory, n, per_file=50):
    """n blocks of about 150 bytes, in canonical style."""
    for at in range(0, n, per_file):
        text = "\n".join(f'resource "terraform_data" "r{i}" {{\n  input = {{\n    name  = "item-{i}"\n    size  = {i % 97} + 3\n    label = "${{terraform.workspace}}-{i}"\n  }}\n}}\n'
                         for i in range(at, min(n, at + per_file)))
        write(directory, f"part{at // per_file:03}.tf", text)


def count(directory, n):
    write(directory, "main.tf", f'resource "terraform_data" "a" {{\n  count = {n}\n  input = "value ${{count.index}}"\n}}\n')


def pair(directory, n):
    write(directory, "main.tf", f'resource "terraform_data" "a" {{\n  count = {n}\n  input = count.index\n}}\n\n'
          f'resource "terraform_data" "b" {{\n  count = {n}\n  input = terraform_data.a[count.index].id\n}}\n')


def splat_all(directory, n):
    write(directory, "main.tf", f'resource "terraform_data" "a" {{\n  count = {n}\n  input = count.index\n}}\n\n'
          'resource "terraform_data" "b" {\n  input = terraform_data.a[*].input\n}\n')


def chain(directory, n):
    text = DATA.format(name="r0", value="first")
    for i in range(1, n):
        text += f'resource "terraform_data" "r{i}" {{\n  input = terraform_data.r{i - 1}.id\n}}\n'
    write(directory, "main.tf", text)


def layers(directory, n, width=20):
    text = ""
    for i in range(n):
        before = i // width - 1
        text += f'resource "terraform_data" "r{i}" {{\n  input = {i}\n'
        if before >= 0:
            text += "  depends_on = [" + ", ".join(f"terraform_data.r{before * width + k}" for k in range(width)) + "]\n"
        text += "}\n"
    write(directory, "main.tf", text)


def module_variables(directory, n, variables=60):
    names = [f"v{i}" for i in range(variables)]
    write(directory, "m/main.tf", "".join(f'variable "{v}" {{\n  type = string\n}}\n' for v in names)
          + 'resource "terraform_data" "x" {\n  input = "${' + "}${".join(f"var.{v}" for v in names) + '}"\n}\n')
    write(directory, "main.tf", "".join(f'module "m{i}" {{\n  source = "./m"\n' + "".join(f'  {v} = "{i}"\n' for v in names) + "}\n" for i in range(n)))


def big_state(directory, n):
    """n instances of one counted resource, about 460 bytes each, and the configuration that goes with them."""
    write(directory, "main.tf", f'resource "terraform_data" "a" {{\n  count = {n}\n  input = "{"x" * 100}-${{count.index}}"\n}}\n\noutput "n" {{\n  value = {n}\n}}\n')
    instances = []
    for i in range(n):
        text = f"{'x' * 100}-{i}"
        instances.append({"index_key": i, "schema_version": 0, "attributes": {
            "id": str(uuid.UUID(int=i + (4 << 76) + (8 << 60))), "input": {"value": text, "type": "string"},
            "output": {"value": text, "type": "string"}, "triggers_replace": None}, "sensitive_attributes": []})
    state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": str(uuid.UUID(int=7 + (4 << 76) + (8 << 60))),
             "outputs": {"n": {"value": n, "type": "number"}},
             "resources": [{"mode": "managed", "type": "terraform_data", "name": "a",
                            "provider": 'provider["terraform.io/builtin/terraform"]', "instances": instances}], "check_results": None}
    write(directory, "terraform.tfstate", json.dumps(state, indent=2) + "\n")


def environments(directory, n, environments=10):
    write(directory, "main.tf", 'variable "size" {\n  type = number\n}\n'
          f'resource "terraform_data" "a" {{\n  count = {n}\n  input = "${{var.size}}-${{count.index}}"\n}}\n')
    for i in range(environments):
        write(directory, f"environments/e{i}/terraform.tfvars", f"size = {i}\n")
