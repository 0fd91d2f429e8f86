//! Whether JSON is as a schema says: as much of JSON Schema as the document of the API uses.

use serde_json::{Map, Value};

/// Checks a value against a schema of a document; what is wrong is told with its place.
pub(crate) fn fits(value: &Value, schema: &Value, document: &Value) -> Result<(), String> {
    check(value, schema, document, "$")
}

fn check(value: &Value, schema: &Value, document: &Value, at: &str) -> Result<(), String> {
    let object = schema.as_object().ok_or(format!("{at}: no schema"))?;
    for (key, rule) in object {
        let holds = match key.as_str() {
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                let target = document.pointer(pointer);
                let target = target.ok_or(format!("{at}: {pointer} leads nowhere"))?;
                check(value, target, document, at)?;
                true
            }
            "anyOf" => {
                let tried = rule.as_array().unwrap().iter();
                let results: Vec<_> = tried.map(|it| check(value, it, document, at)).collect();
                if results.iter().all(Result::is_err) {
                    return Err(format!("{at}: none of {results:?}"));
                }
                true
            }
            "type" => is_of_type(value, rule.as_str().unwrap()),
            "enum" => rule.as_array().unwrap().contains(value),
            "const" => rule == value,
            "minimum" => value.as_f64().is_none_or(|it| it >= rule.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|it| it <= rule.as_f64().unwrap()),
            "required" => {
                let keys = rule.as_array().unwrap();
                keys.iter()
                    .all(|key| value.get(key.as_str().unwrap()).is_some())
            }
            "items" => {
                for (index, item) in value.as_array().unwrap_or(&Vec::new()).iter().enumerate() {
                    check(item, rule, document, &format!("{at}[{index}]"))?;
                }
                true
            }
            "properties" | "additionalProperties" => {
                keys(value, object, document, at)?;
                true
            }
            "format" => value.as_str().is_some_and(|it| it.ends_with('Z')),
            "pattern" => value.as_str().is_some_and(|it| !it.is_empty()),
            "description" => true,
            other => return Err(format!("{at}: the rule {other} is not known here")),
        };
        if !holds {
            return Err(format!("{at}: {value} breaks {key}: {rule}"));
        }
    }
    Ok(())
}

fn is_of_type(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type {other}"),
    }
}

fn keys(
    value: &Value,
    schema: &Map<String, Value>,
    document: &Value,
    at: &str,
) -> Result<(), String> {
    for (key, inner) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{key}");
        let known = schema.get("properties").and_then(|it| it.get(key));
        match (known, schema.get("additionalProperties")) {
            (Some(known), _) => check(inner, known, document, &at)?,
            (None, Some(Value::Bool(false))) => return Err(format!("{at} is not in the schema")),
            (None, Some(other)) => check(inner, other, document, &at)?,
            (None, None) => {}
        }
    }
    Ok(())
}
