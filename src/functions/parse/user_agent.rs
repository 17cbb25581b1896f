//! `parse_user_agent`: the browser, the operating system and the device that a user-agent string names.
//!
//! Our own short list of rules, in the vocabulary of the public uap-core definitions: the browsers and
//! HTTP clients below, Windows, macOS, iOS, Android, Chrome OS, Linux and Symbian, and the devices of
//! Apple, Samsung, Google and Nokia. All else is `Other`.
//!
//! Trap: the order of the rules counts: Edge and Opera call themselves Chrome, and Chrome Safari.

use crate::functions::convert::text;
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

pub const ROWS: &[Function] = &[plain(
    "parse_user_agent",
    &["(user_agent: string, [look_for: text]) -> dynamic"],
    "What a user-agent string says of the `browser`, the `os` and the `device`.",
    parse_user_agent,
)];

/// What stands before the version, a further text that must be there, and the family it means.
const BROWSERS: &[(&str, &str, &str)] = &[
    ("AdobeAIR/", "", "AdobeAIR"),
    ("Series60/", "SymbianOS", "Nokia OSS Browser"),
    ("Edg/", "", "Edge"),
    ("EdgA/", "", "Edge Mobile"),
    ("EdgiOS/", "", "Edge Mobile"),
    ("Edge/", "", "Edge"),
    ("OPR/", "Mobile", "Opera Mobile"),
    ("OPR/", "", "Opera"),
    ("SamsungBrowser/", "", "Samsung Internet"),
    ("YaBrowser/", "", "Yandex Browser"),
    ("Vivaldi/", "", "Vivaldi"),
    ("Electron/", "", "Electron"),
    ("HeadlessChrome/", "", "HeadlessChrome"),
    ("Thunderbird/", "", "Thunderbird"),
    ("FxiOS/", "", "Firefox iOS"),
    ("CriOS/", "", "Chrome Mobile iOS"),
    ("Firefox/", "Mobile", "Firefox Mobile"),
    ("Firefox/", "", "Firefox"),
    ("Chrome/", "; wv)", "Chrome Mobile WebView"),
    ("Chrome/", "Mobile", "Chrome Mobile"),
    ("Chrome/", "", "Chrome"),
    ("Version/", "Mobile", "Mobile Safari"),
    ("Version/", "Safari", "Safari"),
    ("MSIE ", "", "IE"),
    ("rv:", "Trident/", "IE"),
    ("python-requests/", "", "Python Requests"),
    ("Python-urllib/", "", "Python-urllib"),
    ("aiohttp/", "", "Python aiohttp"),
    ("curl/", "", "curl"),
    ("Wget/", "", "Wget"),
    ("okhttp/", "", "okhttp"),
    ("Go-http-client/", "", "Go-http-client"),
    ("Apache-HttpClient/", "", "Apache-HttpClient"),
    ("PostmanRuntime/", "", "PostmanRuntime"),
    ("axios/", "", "axios"),
];

/// The versions of Windows NT and what they are called.
const WINDOWS: &[(&str, &str, &str)] = &[
    ("Windows NT 10.0", "10", ""),
    ("Windows NT 6.3", "8", "1"),
    ("Windows NT 6.2", "8", ""),
    ("Windows NT 6.1", "7", ""),
    ("Windows NT 6.0", "Vista", ""),
    ("Windows NT 5.1", "XP", ""),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone OS ", "iOS"),
    ("CPU OS ", "iOS"),
    ("Mac OS X ", "Mac OS X"),
    ("Android ", "Android"),
    ("SymbianOS/", "Symbian OS"),
    ("Ubuntu/", "Ubuntu"),
];

fn parse_user_agent(args: &[Value], cx: &Cx) -> Value {
    let agent = text(&args[0]);
    let all = [Value::string("browser"), Value::string("os"), Value::string("device")];
    let targets: &[Value] = match args.get(1) {
        None => &all,
        Some(Value::Array(targets)) => targets,
        Some(one) => std::slice::from_ref(one),
    };
    let mut members = Vec::new();
    for target in targets {
        members.push(match text(target).to_ascii_lowercase().as_str() {
            "browser" => ("Browser".to_string(), browser(&agent)),
            "os" => ("OperatingSystem".to_string(), system(&agent)),
            "device" => ("Device".to_string(), device(&agent)),
            other => {
                cx.fail(format!("parse_user_agent() looks for 'browser', 'os' and 'device', not '{other}'"));
                return Value::Null;
            }
        });
    }
    Value::Bag(members)
}

fn bag(members: &[(&str, &str)]) -> Value {
    Value::Bag(members.iter().map(|(k, v)| (k.to_string(), Value::string(*v))).collect())
}

/// The numbers of a version (`10_15_7`, `120.0.1`), four at most.
fn version(text: &str) -> [&str; 4] {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let mut parts = text[..end].split(['.', '_']);
    [(); 4].map(|()| parts.next().unwrap_or(""))
}

fn after<'a>(agent: &'a str, token: &str) -> Option<&'a str> {
    agent.find(token).map(|at| &agent[at + token.len()..])
}

fn browser(agent: &str) -> Value {
    let rule = BROWSERS.iter().find_map(|(token, also, family)| {
        let rest = after(agent, token).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))?;
        agent.contains(also).then_some((*family, version(rest)))
    });
    let (family, [major, minor, patch, _]) = rule.unwrap_or(("Other", [""; 4]));
    bag(&[("Family", family), ("MajorVersion", major), ("MinorVersion", minor), ("Patch", patch)])
}

fn system(agent: &str) -> Value {
    let windows = WINDOWS.iter().find(|(token, ..)| agent.contains(token));
    let (family, [major, minor, patch, patch_minor]) = if let Some((_, major, minor)) = windows {
        ("Windows", [*major, *minor, "", ""])
    } else if let Some((rest, family)) =
        SYSTEMS.iter().find_map(|(token, f)| Some((after(agent, token)?, *f)))
    {
        (family, version(rest))
    } else if let Some(rest) = after(agent, "CrOS ") {
        ("Chrome OS", version(rest.split(' ').nth(1).unwrap_or("")))
    } else if agent.contains("Linux") {
        ("Linux", [""; 4])
    } else {
        ("Other", [""; 4])
    };
    bag(&[
        ("Family", family),
        ("MajorVersion", major),
        ("MinorVersion", minor),
        ("Patch", patch),
        ("PatchMinor", patch_minor),
    ])
}

fn device(agent: &str) -> Value {
    let made = |family: &str, brand: &str, model: &str| {
        bag(&[("Family", family), ("Brand", brand), ("Model", model)])
    };
    for apple in ["iPhone", "iPad", "iPod"] {
        if agent.contains(apple) {
            return made(apple, "Apple", apple);
        }
    }
    if agent.contains("Macintosh") {
        return made("Mac", "Apple", "Mac");
    }
    if let Some(rest) = after(agent, "Nokia").filter(|r| agent.contains("Symbian") && !r.is_empty()) {
        let model = rest.split(['/', ' ', ';']).next().unwrap_or("");
        let short = model.split('-').next().unwrap_or("");
        return made(&format!("Nokia {short}"), "Nokia", model);
    }
    let android = after(agent, "Android ").and_then(|rest| rest.split(')').next());
    let model = android.and_then(|inside| inside.split(';').map(str::trim).find(|part| is_model(part)));
    match model.map(|model| model.split(" Build").next().unwrap_or(model).trim()) {
        Some(model) if model.starts_with("SM-") => made(&format!("Samsung {model}"), "Samsung", model),
        Some(model) if model.starts_with("Pixel") => made(model, "Google", model),
        Some(model) if !model.is_empty() => made(model, "Generic_Android", model),
        _ => made("Other", "", ""),
    }
}

/// Is a part of the comment behind `Android` the name of a device?
fn is_model(part: &str) -> bool {
    let version = part.starts_with(|c: char| c.is_ascii_digit());
    let other = ["wv", "U", "Mobile", "Tablet"].contains(&part) || part.starts_with("rv:");
    let language = part.len() == 5 && part.as_bytes()[2] == b'-';
    !(version || other || language)
}
