//! `oats schema`: what is shipped and what is published agree with it, and it knows every key.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use oats::io::config::known_keys;
use serde_json::{Map, Value, json};

use crate::{
    Serve, oats, out,
    support::{isolated, project::Project},
    text, wait_key,
};

/// A schema, and what it uses beside the instance.
struct Schema(Value);

#[expect(clippy::too_many_lines, reason = "a keyword of JSON Schema an arm")]
#[expect(clippy::match_same_arms, reason = "notes, and rules that hold")]
impl Schema {
    fn of(what: &str) -> Self {
        let output = oats(Path::new("."), &["schema", what]);
        assert_eq!(output.status.code(), Some(0));
        Self(serde_json::from_str(&text(&output.stdout)).unwrap())
    }

    /// What is wrong with an instance.
    fn problems(&self, instance: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.check(&self.0, instance, "", &mut found);
        found
    }

    fn fits(&self, schema: &Value, instance: &Value) -> bool {
        let mut found = Vec::new();
        self.check(schema, instance, "", &mut found);
        found.is_empty()
    }

    /// The part of JSON Schema that these schemas use; what it does not know it refuses.
    fn check(&self, schema: &Value, instance: &Value, at: &str, found: &mut Vec<String>) {
        let empty = Map::new();
        let object = instance.as_object().unwrap_or(&empty);
        let mut wrong = |what: String| found.push(format!("{at}: {what}"));
        for (key, rule) in schema.as_object().unwrap() {
            match key.as_str() {
                "$schema" | "$id" | "title" | "description" | "default" | "$defs" => {}
                "$ref" => {
                    let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
                    let target = self.0.pointer(pointer).unwrap();
                    self.check(target, instance, at, found);
                    return;
                }
                "type" if !is_type(rule, instance) => wrong(format!("is no {rule}: {instance}")),
                "enum" if !rule.as_array().unwrap().contains(instance) => {
                    wrong(format!("{instance} is none of {rule}"));
                }
                "const" if rule != instance => wrong(format!("{instance} is not {rule}")),
                "pattern" => {
                    let pattern = rule.as_str().unwrap().replace("(?=.)", "");
                    let regex = regex::Regex::new(&pattern).unwrap();
                    if !instance.as_str().is_none_or(|it| regex.is_match(it)) {
                        wrong(format!("{instance} does not match {pattern}"));
                    }
                }
                "minLength" if instance.as_str() == Some("") => wrong("is empty".to_owned()),
                "minItems" if instance.as_array().is_some_and(Vec::is_empty) => {
                    wrong("is empty".to_owned());
                }
                "minimum" if instance.as_f64() < rule.as_f64() && instance.is_number() => {
                    wrong(format!("{instance} is less than {rule}"));
                }
                "maximum" if instance.as_f64() > rule.as_f64() => {
                    wrong(format!("{instance} is more than {rule}"));
                }
                "required" if instance.is_object() => {
                    for name in rule.as_array().unwrap() {
                        if !object.contains_key(name.as_str().unwrap()) {
                            wrong(format!("{name} is missing"));
                        }
                    }
                }
                "oneOf" => {
                    let choices = rule.as_array().unwrap().iter();
                    let fitting = choices.filter(|it| self.fits(it, instance)).count();
                    if fitting != 1 {
                        wrong(format!("{instance} fits {fitting} of {rule}"));
                    }
                }
                "allOf" => {
                    if !rule
                        .as_array()
                        .unwrap()
                        .iter()
                        .all(|it| self.fits(it, instance))
                    {
                        wrong(format!("{instance} does not fit all of {rule}"));
                    }
                }
                "not" if self.fits(rule, instance) => wrong(format!("{instance} fits {rule}")),
                "type"
                | "enum"
                | "const"
                | "minLength"
                | "minItems"
                | "minimum"
                | "maximum"
                | "required"
                | "not"
                | "properties"
                | "items"
                | "additionalProperties" => {}
                other => panic!("the validator does not know {other}"),
            }
        }
        self.check_inside(schema, instance, at, found);
    }

    fn check_inside(&self, schema: &Value, instance: &Value, at: &str, found: &mut Vec<String>) {
        for (key, value) in instance.as_object().into_iter().flatten() {
            let at = format!("{at}/{key}");
            let property = schema.get("properties").and_then(|it| it.get(key));
            match (property, schema.get("additionalProperties")) {
                (Some(property), _) => self.check(property, value, &at, found),
                (None, Some(Value::Bool(false))) => found.push(format!("{at}: is not known")),
                (None, None | Some(Value::Bool(true))) => {}
                (None, Some(others)) => self.check(others, value, &at, found),
            }
        }
        if let (Some(items), Some(list)) = (schema.get("items"), instance.as_array()) {
            for (index, item) in list.iter().enumerate() {
                self.check(items, item, &format!("{at}/{index}"), found);
            }
        }
    }
}

fn is_type(rule: &Value, instance: &Value) -> bool {
    let one = |name: &Value| match name.as_str().unwrap() {
        "object" => instance.is_object(),
        "array" => instance.is_array(),
        "string" => instance.is_string(),
        "boolean" => instance.is_boolean(),
        "integer" => instance.is_i64() || instance.is_u64(),
        "number" => instance.is_number(),
        "null" => instance.is_null(),
        other => panic!("there is no type {other}"),
    };
    match rule {
        Value::Array(names) => names.iter().any(one),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            one(rule)
        }
    }
}

/// Every TOML file below a folder, but hidden ones.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let is_service_folder = path.extension().is_some_and(|it| it == "toml");
            if path.is_dir() && !is_service_folder {
                folders.push(path);
            } else if path.is_file() && is_service_folder && !name.starts_with('.') {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn everything_that_oats_takes_fits_the_schemas() {
    let (service, settings) = (Schema::of("service"), Schema::of("settings"));
    let mut seen = [0, 0];
    for path in files("services")
        .into_iter()
        .chain(files("tests/config_ok"))
    {
        let text = fs::read_to_string(&path).unwrap().replace('\u{feff}', "");
        let table: toml::Table = toml::from_str(&text).unwrap();
        let instance = serde_json::to_value(table).unwrap();
        let is_settings = path.ends_with("oats.toml");
        seen[usize::from(is_settings)] += 1;
        // What a file lacks its defaults may give.
        let has_own = instance.get("command").or(instance.get("shell")).is_some();
        assert!(is_settings || has_own, "{}", path.display());
        let schema = if is_settings { &settings } else { &service };
        assert_eq!(
            schema.problems(&instance),
            Vec::<String>::new(),
            "{}",
            path.display()
        );
    }
    assert!(seen[0] > 10 && seen[1] > 2, "{seen:?}");
}

#[test]
fn mistakes_do_not_fit_them() {
    let service = Schema::of("service");
    let command = json!(["sleep", "1"]);
    for (wrong, what) in [
        (json!({}), "nothing to run"),
        (json!({"command": command, "shell": "x"}), "two ways to run"),
        (json!({"command": []}), "no program"),
        (json!({"command": command, "prot": 1}), "an unknown key"),
        (
            json!({"command": command, "port": 0}),
            "a port out of range",
        ),
        (
            json!({"command": command, "health": {"http": "/", "tcp": true}}),
            "two probes",
        ),
        (
            json!({"command": command, "health": {"interval": "1 s"}}),
            "a wrong duration",
        ),
        (
            json!({"command": command, "logs": {"max_size": "1"}}),
            "a size without unit",
        ),
        (
            json!({"command": command, "depends_on": ["A"]}),
            "a wrong name",
        ),
    ] {
        assert_ne!(service.problems(&wrong), Vec::<String>::new(), "{what}");
    }
    let settings = Schema::of("settings");
    for wrong in [
        json!({"api": "0.0.0.0:9000"}),
        json!({"theme": "../neon"}),
        json!({"color": "neon"}),
        json!({"defaults": {"port": 1}}),
    ] {
        assert_ne!(settings.problems(&wrong), Vec::<String>::new(), "{wrong}");
    }
}

/// The keys of a table in a schema, as `table.key`.
fn keys(schema: &Value, prefix: &str, found: &mut BTreeSet<String>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let full = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        let entries = property["items"]["oneOf"].as_array();
        for inner in entries.into_iter().flatten().chain([property]) {
            keys(inner, &full, found);
        }
        found.insert(full);
    }
}

#[test]
fn they_know_exactly_the_keys_that_oats_knows() {
    let mut found = BTreeSet::new();
    keys(&Schema::of("service").0, "", &mut found);
    let mut settings = Schema::of("settings").0;
    let defaults = settings["properties"]["defaults"].clone();
    settings["properties"]["defaults"]["properties"] = Value::Null;
    keys(&settings, "", &mut found);
    let known: BTreeSet<String> = known_keys().into_iter().collect();
    assert_eq!(found, known);
    // What has a default is described there as in a service file.
    let service = Schema::of("service").0;
    let mut described = service["properties"].as_object().unwrap().clone();
    described.retain(|key, _| !["command", "shell", "port"].contains(&key.as_str()));
    assert_eq!(defaults["properties"], Value::Object(described));
}

#[test]
fn the_status_of_an_owner_and_of_a_look_fit() {
    isolated(|| {
        let project = Project::new();
        project.demo("payments", "");
        project.demo("orders", "depends_on = [\"payments\"]\n");
        project.service(
            "broken",
            "shell = \"echo x >&2; exit 3\"\nport = 1\n[restart]\npolicy = \"always\"\n",
        );
        let schema = Schema::of("status");
        let look: Value = serde_json::from_str(&out(&project, &["ps", "--json"], 1)).unwrap();
        assert_eq!(schema.problems(&look), Vec::<String>::new());
        let _owner = Serve::of(&project, &["--up"]);
        wait_key(&project, "orders", "health", "healthy");
        wait_key(&project, "broken", "phase", "backoff");
        let owner = project.status().unwrap();
        assert_eq!(schema.problems(&owner), Vec::<String>::new());
        let mut wrong = owner;
        wrong["services"]["orders"]["phase"] = json!("dancing");
        assert_ne!(schema.problems(&wrong), Vec::<String>::new());
    });
}
