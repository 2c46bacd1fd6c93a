#!/usr/bin/env python3
"""Writes docs/recipe.md from the CRD: python3 docs/recipe-reference.py (needs PyYAML)."""
import pathlib
import yaml

HOME = pathlib.Path(__file__).resolve().parent
CRD = HOME.parent / "crds/src/main/resources/dev/distillery/trainingrecipes.distillery.dev-v1.yml"


def bounds(schema):
    words = []
    if "enum" in schema:
        words.append("one of " + ", ".join(f"`{v}`" for v in schema["enum"]))
    if "minimum" in schema:
        words.append(f"≥ {schema['minimum']:g}")
    if "maximum" in schema:
        words.append(f"≤ {schema['maximum']:g}")
    if "pattern" in schema:
        words.append("matches `" + schema["pattern"].replace("|", "\\|") + "`")
    return "; ".join(words)


def rows(schema, path, out):
    required = schema.get("required", [])
    for name, child in schema.get("properties", {}).items():
        here = f"{path}.{name}"
        default = child.get("default")
        preset = "required" if name in required else "" if default is None or isinstance(default, dict) else f"`{default}`".replace("True", "true").replace("False", "false")
        out.append(f"| `{here}` | {child.get('type', '')} | {preset} | {bounds(child)} | {child.get('description', '')} |")
        rows(child, here, out)
        if child.get("type") == "array":
            rows(child["items"], here + "[]", out)


def rules(schema, path, out):
    for rule in schema.get("x-kubernetes-validations", []):
        where = (path + rule.get("fieldPath", "")).strip(".") or "recipe"
        out.append(f"| `{where}` | {rule['message']} |")
    for name, child in schema.get("properties", {}).items():
        rules(child, f"{path}.{name}", out)
    if "items" in schema:
        rules(schema["items"], path + "[]", out)


def main():
    schema = yaml.safe_load(CRD.read_text())["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    out = [
        "# Recipe reference",
        "",
        "Generated from the CRD by `python3 docs/recipe-reference.py`. Rules between fields are",
        "below it; what an API server cannot check, [`RecipeValidator`](../crds/src/main/java/dev/distillery/validation/RecipeValidator.java) does.",
        "",
        "| Field | Type | Default | Bounds | Meaning |",
        "|---|---|---|---|---|",
    ]
    rows(schema["properties"]["spec"], "spec", out)
    out += ["", "## Rules between fields", "", "| Field | Rule |", "|---|---|"]
    rules(schema, "", out)
    (HOME / "recipe.md").write_text("\n".join(out) + "\n")


main()
