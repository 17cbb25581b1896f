//! Stored paths and time bounds over a lake of odd records: no answer may depend on what is stored.
//!
//! Two runs of ingest make the lake: tame records, whose paths are exact, and wild ones (missing members,
//! wrong types, JSON in strings, duplicate keys), whose are not. Every stored path of three tables goes
//! through every template, every way to run it, after the first run and after both.
//!
//! Trap: the records are drawn with a fixed seed; each has an id of its own, or they would be merged.

use std::fs;

use auk::types::Type;

use super::differential::difference;
use super::engine::World;
use super::property::Draw;

/// `{T}` is the table, `{C}` the column, `{P}` a path into it (through `parse_json` of a text column).
const TEMPLATES: &[&str] = &[
    "{T} | project Id, x = {P}",
    "{T} | project Id, x = tostring({P}), y = tolong({P}), z = toreal({P}), w = tobool({P})",
    "{T} | where {P} == 'ann@contoso.example' or {P} == 'Berlin' or {P} == 'Role' | project Id",
    "{T} | where tostring({P}) =~ 'ANN@contoso.example' | project Id",
    "{T} | where {P} != 'ann@contoso.example' | project Id",
    "{T} | where {P} in ('ann@contoso.example', 'Berlin', '') | project Id",
    "{T} | where tostring({P}) in~ ('ANN@CONTOSO.EXAMPLE', 'berlin') or {P} !in ('x') | project Id",
    "{T} | where {P} has 'contoso' or {P} contains 'ER' or {P} startswith 'a' | project Id",
    "{T} | where isempty({P}) | project Id",
    "{T} | where isnull({P}) | project Id",
    "{T} | where isnotempty(tostring({P})) | project Id",
    "{T} | where {P} == 50126 or toint({P}) > 5 or {P} == true | project Id",
    "{T} | summarize n = count() by x = tostring({P})",
    "{T} | summarize n = count(), a = arg_max(TimeGenerated, Id) by x = tolong({P})",
    "{T} | summarize n = count() by x = gettype({P})",
    "{T} | summarize s = make_set(tostring({P})), d = dcount(tostring({P})), m = max(tostring({P}))",
    "{T} | project Id, x = strcat({P}, '-', tolower(tostring({P})), strlen(tostring({P})))",
    "{T} | extend j = {C} | extend x = tostring({P}), l = tostring(j) | project Id, x, l",
    "{T} | where isnotempty({P}) | sort by TimeGenerated asc, Id asc | take 7 | project Id, x = tostring({P})",
    "{T} | project Id, x = iff(isempty({P}), 'none', tostring({P})), y = coalesce(tolong({P}), -1)",
    "{T} | project Id, x = tostring(parse_json(tostring({P}))), y = isempty(parse_json(tostring({P})))",
    "{T} | where parse_json(tostring({P})) == '1.50' or parse_json(tostring({P})) has 'x' | project Id",
    "{T} | where Id endswith '1' | project Id | join kind=rightouter {T} on Id | project Id, Id1, x = tostring({P})",
    "{T} | join kind=leftouter ({T} | where Id endswith '1' | project Id) on Id | where {P} has 'e' | project Id, Id1",
    "{T} | where Id endswith '1' | project Id | join kind=fullouter {T} on Id | project Id1, x = tostring({P})",
    "{T} | join kind=leftanti ({T} | where Id endswith '1' | project Id) on Id | summarize count() by x = tostring({P})",
];

/// Members whose names look like the paths that are stored.
const NO_PATHS: &[&str] = &[
    "AuditLogs | project Id, x = tostring(InitiatedBy['user.id'])",
    "AuditLogs | project Id, x = tostring(InitiatedBy['user.id']), y = tostring(InitiatedBy.user.id)",
    "AuditLogs | project Id, x = tostring(TargetResources[0]['modifiedProperties[*].newValue'])",
    "AuditLogs | mv-expand T = TargetResources | project Id, x = tostring(T['modifiedProperties[0].newValue'])",
];

/// For a path through an array: `{C}` is expanded, `{M}` is what is asked of each element.
const EACH: &[&str] = &[
    "{T} | mv-expand E = {C} | project Id, x = tostring(E.{M}), y = isnotempty(E.{M})",
    "{T} | mv-expand with_itemindex = i E = {C} | where E.{M} has 'e' | project Id, i, x = tostring(E.{M})",
    "{T} | mv-expand E = {C} limit 1 | project Id, isempty(E.{M})",
    "{T} | mv-expand E = {C} to typeof(string) | project Id, E",
    "{T} | mv-expand E = parse_json(tostring({C})) | summarize count() by x = tostring(E.{M})",
    "{T} | mv-expand E = {C} | project Id, tostring(E), tostring(E.{M}), tolong(E.{M})",
    "{T} | extend L = {C} | mv-expand L, Same = {C} | project Id, tostring(L.{M}), tostring(Same.{M})",
    "{T} | mv-expand bagexpansion = array E = {C} | project Id, x = tostring(E.{M})",
    "{T} | mv-apply E = {C} on (where tostring(E.{M}) has 'e' | summarize n = count(), x = take_any(tostring(E.{M}))) \
     | project Id, n, x",
    "{T} | mv-apply E = {C} on (summarize n = count()) | where n > 0 | mv-expand F = {C} | project Id, n, x = tostring(F.{M})",
    "{T} | mv-apply E = {C} on (where isnotempty(E.{M})) | project Id, x = tostring(E.{M}), y = tostring({C}[0].{M})",
    "{T} | extend L = iff(array_length({C}) > 0, {C}, dynamic([{}])) | mv-apply E = L on (summarize x = make_list(tostring(E.{M}))) \
     | project Id, x",
    "{T} | mv-expand E = iff(array_length({C}) > 0, {C}, dynamic([null])) | project Id, x = tostring(E.{M})",
    "{T} | extend L = iff(array_length({C}) > 0, {C}, dynamic([{\"e\": 1}])) | mv-expand E = L | project Id, x = tostring(E.{M})",
    "{T} | project Id | join kind=inner {T} on Id | mv-expand E = {C} | project Id1, x = tostring(E.{M})",
    "{T} | mv-apply E = {C} on (summarize x = make_list(tostring(E.{M})), y = countif(isempty(E.{M}))) | project Id, x, y",
    "{T} | where TimeGenerated > datetime(2026-05-02) | mv-expand E = {C} | sort by Id asc, tostring(E.{M}) asc | take 9 \
     | project Id, tostring(E.{M})",
];

/// The same for an array in an array: of each element `{M}` is expanded, and `{N}` asked of its elements.
const EACH_OF_EACH: &[&str] = &[
    "{T} | mv-expand E = {C} | mv-expand F = E.{M} | project Id, x = tostring(F.{N}), y = isnotempty(F.{N})",
    "{T} | mv-expand E = parse_json(tostring({C})) | mv-expand F = parse_json(tostring(E.{M})) | project Id, x = tostring(F.{N})",
    "{T} | mv-expand E = {C} | extend L = iff(array_length(E.{M}) > 0, E.{M}, dynamic([{}])) | mv-expand F = L \
     | project Id, x = tostring(F.{N})",
    "{T} | extend L = iff(array_length({C}) > 0, {C}, dynamic(null)) | mv-expand E = L | mv-expand F = E.{M} \
     | project Id, x = tostring(F.{N})",
    "{T} | mv-expand F = {C}[0].{M} | project Id, x = tostring(F.{N})",
    "{T} | extend L = {C}[1].{M} | mv-expand with_itemindex = i F = L | project Id, i, x = tostring(F.{N})",
    "{T} | mv-expand E = {C} | project Id, x = tostring(E.{M}[0].{N}), y = tostring(E.{M}[1].{N})",
    "{T} | mv-apply E = {C} on (mv-expand F = E.{M} | summarize x = make_set(tostring(F.{N})), n = count()) | project Id, x, n",
    "{T} | mv-expand E = {C} | mv-apply F = E.{M} on (where tostring(F.{N}) has 'e' | project x = tostring(F.{N})) | project Id, x",
];

/// Time bounds that fall on, before and after events.
const TIMES: &[&str] = &[
    "datetime(2026-05-01)",
    "datetime(2026-05-01 10:00:00.0000001)",
    "datetime(2026-05-01 10:00:00.0000002)",
    "datetime(2026-05-01 10:00:00.9999999)",
    "datetime(2026-05-02 00:00:00)",
    "datetime(2026-05-03 23:59:59.9999999)",
    "datetime(2026-05-04)",
    "datetime(9999-12-31 23:59:59.9999999)",
    "datetime(0001-01-01)",
    "datetime(null)",
    "now()",
];

const TIME_TEMPLATES: &[&str] = &[
    "AuditLogs | where TimeGenerated >= {D} | project Id, TimeGenerated",
    "AuditLogs | where TimeGenerated < {D} | project Id",
    "AuditLogs | where TimeGenerated > {D} | count",
    "AuditLogs | where TimeGenerated <= {D} | summarize max(TimeGenerated), min(TimeGenerated)",
    "AuditLogs | where TimeGenerated == {D} or ActivityDateTime != {D} | project Id",
    "AuditLogs | where {D} < TimeGenerated and TimeGenerated between ({D} .. 1d) | project Id",
    "AuditLogs | where TimeGenerated !between ({D} .. datetime(2026-05-02)) | project Id",
    "AuditLogs | where bin(TimeGenerated, 1d) == startofday({D}) | summarize count() by bin(TimeGenerated, 1h)",
    "AuditLogs | where TimeGenerated - 1tick < {D} | count",
    "AuditLogs | where TimeGenerated >= datetime(2026-05-01) | where TimeGenerated < {D} | count",
    "SigninLogs | where TimeGenerated > {D} | project Id",
    "SigninLogs | where TimeGenerated <= {D} | where CreatedDateTime >= {D} - 1d | count",
    "AuditLogs | where TimeGenerated in ({D}, datetime(2026-05-02)) | project Id",
];

pub fn run() -> Result<(), String> {
    let folder = super::scratch("shreds")?;
    let lake = folder.join("lake");
    let mut draw = Draw::new(7);
    let mut failures = Vec::new();
    for (name, wild) in [("tame", false), ("wild", true)] {
        let exports = folder.join(name);
        fs::create_dir_all(&exports).map_err(|e| e.to_string())?;
        for (kind, record) in [("audits", audit as fn(&mut Draw, bool, &str) -> String), ("signins", sign_in)]
        {
            let lines: Vec<String> =
                (0..120).map(|i| record(&mut draw, wild, &format!("{name}-{i}"))).collect();
            let file = exports.join(format!("{kind}.ndjson"));
            fs::write(file, lines.join("\n") + "\n").map_err(|e| e.to_string())?;
        }
        super::ingest::ingest(&exports, &lake)?;
        let world = World::lake(&lake)?;
        failures.extend(queries().into_iter().filter_map(|query| {
            difference(&query, &world).err().map(|difference| format!("{query}\n{difference}"))
        }));
    }
    _ = fs::remove_dir_all(&folder);
    eprintln!("shreds: {} of {} queries fail", failures.len(), 2 * queries().len());
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

pub fn queries() -> Vec<String> {
    let mut queries = Vec::new();
    for table in ["AuditLogs", "SigninLogs", "AADNonInteractiveUserSignInLogs"] {
        let Some(definition) = auk::lake::table(table) else { continue };
        for (path, _) in auk::lake::shreds::shreds(table) {
            let end = path.find(['.', '[']).unwrap_or(path.len());
            let (column, rest) = path.split_at(end);
            let text = definition.schema.get(column).is_some_and(|c| c.ty == Type::String);
            let access = if text { format!("parse_json({column}){rest}") } else { path.clone() };
            let fill = |t: &str| t.replace("{T}", table).replace("{C}", column);
            for at in ["[0]", "[1]", "[2]"].iter().take(if rest.contains("[*]") { 3 } else { 1 }) {
                let access = access.replace("[*]", at);
                queries.extend(TEMPLATES.iter().map(|t| fill(t).replace("{P}", &access)));
            }
            let members: Vec<&str> = rest.split("[*].").skip(1).collect();
            match members.as_slice() {
                [member] => queries.extend(EACH.iter().map(|t| fill(t).replace("{M}", member))),
                [list, member] => queries
                    .extend(EACH_OF_EACH.iter().map(|t| fill(t).replace("{M}", list).replace("{N}", member))),
                _ => {}
            }
        }
    }
    queries.extend(NO_PATHS.iter().map(ToString::to_string));
    for time in TIMES {
        queries.extend(TIME_TEMPLATES.iter().map(|t| t.replace("{D}", time)));
    }
    queries
}

/// A directory audit.
fn audit(draw: &mut Draw, wild: bool, id: &str) -> String {
    let by = draw.of(if wild { ACTORS } else { &ACTORS[..6] });
    let targets = draw.of(if wild { TARGETS } else { &TARGETS[..8] });
    let time = draw.of(EVENTS);
    let details = draw.of(if wild { DETAILS } else { &DETAILS[..3] });
    let operation = draw.of(&["Add user", "Add member to role", "Gerät löschen"]);
    format!(
        r#"{{"id":"Directory_{id}","category":"UserManagement","correlationId":"c","result":"success","activityDisplayName":"{operation}","activityDateTime":"{time}","loggedByService":"Core Directory","initiatedBy":{by},"targetResources":{targets},"additionalDetails":{details}}}"#
    )
}

/// An interactive or a non-interactive sign-in.
fn sign_in(draw: &mut Draw, wild: bool, id: &str) -> String {
    let status = draw.of(if wild { STATUSES } else { &STATUSES[..4] });
    let location = draw.of(if wild { LOCATIONS } else { &LOCATIONS[..3] });
    let device = draw.of(if wild { DEVICES } else { &DEVICES[..3] });
    let (interactive, kind) = draw.pair(&[("true", "interactiveUser"), ("false", "nonInteractiveUser")]);
    let time = draw.of(EVENTS);
    format!(
        r#"{{"id":"s-{id}","createdDateTime":"{time}","userPrincipalName":"ann@contoso.example","userId":"u1","appId":"a1","appDisplayName":"Teams","ipAddress":"192.0.2.10","isInteractive":{interactive},"signInEventTypes":["{kind}"],"status":{status},"location":{location},"deviceDetail":{device}}}"#
    )
}

const EVENTS: &[&str] = &[
    "2026-05-01T10:00:00Z",
    "2026-05-01T10:00:00.0000001Z",
    "2026-05-01T10:00:00.0000002Z",
    "2026-05-01T10:00:00.9999999Z",
    "2026-05-02T00:00:00Z",
    "2026-05-03T23:59:59.9999999Z",
    "2026-05-04T12:30:00.5Z",
];

const ACTORS: &[&str] = &[
    r#"{"user.id":"flat","user":{"id":"deep"},"app":null}"#,
    r#"{"user":{"id":"u1","displayName":"Ann","userPrincipalName":"ann@contoso.example","ipAddress":"192.0.2.10"},"app":null}"#,
    r#"{"user":{"id":"u2","displayName":"Bob \"B\" Ö","userPrincipalName":"bob@contoso.example","ipAddress":""},"app":null}"#,
    r#"{"user":null,"app":{"appId":"a1","displayName":"Sync","servicePrincipalId":"sp1"}}"#,
    r#"{"user":{"id":"1.50","displayName":"{\"x\": 1}","userPrincipalName":"null","ipAddress":" 7 "},"app":null}"#,
    r#"{}"#,
    r#"null"#,
    r#"{"user":{"userPrincipalName":null,"id":12,"displayName":true}}"#,
    r#"{"user":"ann@contoso.example"}"#,
    r#"{"user":{"userPrincipalName":["ann@contoso.example"],"id":{"a":1}}}"#,
    r#"{"user":{"userPrincipalName":"ann@contoso.example","userPrincipalName":"bob@contoso.example"}}"#,
    r#"{"User":{"UserPrincipalName":"ann@contoso.example"}}"#,
    r#""{\"user\":{\"userPrincipalName\":\"ann@contoso.example\"}}""#,
    r#"[{"user":{"userPrincipalName":"ann@contoso.example"}}]"#,
    r#"{"user":{"userPrincipalName":"ann@contoso.example\u0000\n","displayName":"12","ipAddress":"1.50"}}"#,
];

const TARGETS: &[&str] = &[
    r#"[{"id":"t1","displayName":"Global Reader","type":"Role","userPrincipalName":null},{"id":"t2","displayName":"Ann","type":"User","userPrincipalName":"ann@contoso.example"}]"#,
    r#"[{"id":"t3","displayName":"x|y","type":"Group"}]"#,
    r#"[]"#,
    r#"[{"id":"1"},{"id":"2"},{"id":"3","displayName":"third","type":"Role"},{"id":"4"}]"#,
    r#"[{"id":"t5","type":"User","displayName":"Ann","modifiedProperties":[{"displayName":"Role.DisplayName","oldValue":null,"newValue":"\"Global Reader\""},{"displayName":"Included Updated Properties","newValue":""}]},{"id":"t6","modifiedProperties":[]},{"id":"t7","modifiedProperties":null}]"#,
    r#"[{"id":"t8","modifiedProperties":[{"displayName":null},{},null]},{},{"modifiedProperties":[{"displayName":"third","newValue":"[]"}]}]"#,
    r#"[null,{"type":"Other","type":"User"}]"#,
    r#"[{"modifiedProperties":[]}]"#,
    r#"[{"id":"t9","modifiedProperties":{"displayName":"bag","newValue":"e"}}]"#,
    r#"[{"id":"t9","modifiedProperties":"[{\"displayName\":\"text\"}]"},{"modifiedProperties":7}]"#,
    r#"[{"modifiedProperties":["text",["e"],{"displayName":5,"newValue":{"e":1}}]}]"#,
    r#"[{"displayName":"unit\u001fe","modifiedProperties":[{"displayName":"record\u001ee","newValue":"\u001d"}]}]"#,
    r#"["{\"type\":\"text\"}",{"type":"e"}]"#,
    r#"[[[{"type":"deep"}]],{"modifiedProperties":[[{"displayName":"deep"}]]}]"#,
    r#""plain""#,
    r#"7"#,
    r#"null"#,
    r#"{"0":{"id":"t1","displayName":"bag"}}"#,
    r#"["Role",{"id":7,"displayName":0.5},null]"#,
    r#"[null,{"type":false}]"#,
    r#""[{\"id\":\"t1\",\"type\":\"Role\"}]""#,
    r#"[[{"id":"t1"}],{"displayName":{"type":"Role"}}]"#,
];

const DETAILS: &[&str] = &[
    r#"[{"key":"tid","value":"e"},{"key":"Justification","value":"INC-7: \"reset\""}]"#,
    r#"[]"#,
    r#"[{"key":"ipaddr","value":null},{"value":""}]"#,
    r#"null"#,
    r#"{"key":"tid","value":"bag"}"#,
    r#"[{"key":"n","value":12},{"key":["e"],"value":true}]"#,
    r#"[{"key":"\u001e\u001f","value":"\u001dtext"},"e"]"#,
];

const STATUSES: &[&str] = &[
    r#"{"errorCode":0,"failureReason":"Other.","additionalDetails":null}"#,
    r#"{"errorCode":50126,"failureReason":"Invalid username or password.","additionalDetails":""}"#,
    r#"{"errorCode":50074,"failureReason":"Strong authentication is required.","additionalDetails":"MFA required"}"#,
    r#"{"errorCode":-1}"#,
    r#"{"errorCode":"50126","failureReason":7}"#,
    r#"{"errorCode":50126.0,"failureReason":true}"#,
    r#"{"errorCode":1e3,"failureReason":["a"]}"#,
    r#"{"errorCode":9007199254740993,"additionalDetails":12}"#,
    r#"{"errorCode":99999999999999999999}"#,
    r#"{"errorCode":null}"#,
    r#"{"errorCode":true,"failureReason":{"x":1}}"#,
    r#"{}"#,
];

const LOCATIONS: &[&str] = &[
    r#"{"city":"Berlin","state":"Berlin","countryOrRegion":"DE","geoCoordinates":{"altitude":null,"latitude":52.5,"longitude":13.4}}"#,
    r#"{"city":"São Paulo","state":"","countryOrRegion":"BR","geoCoordinates":{"latitude":-23.55,"longitude":-46.633333333333}}"#,
    r#"{"city":null,"state":null,"countryOrRegion":null,"geoCoordinates":{}}"#,
    r#"{"city":12,"geoCoordinates":{"latitude":52,"longitude":"13.4"}}"#,
    r#"{"city":"Berlin","geoCoordinates":{"latitude":1e2,"longitude":-0.0}}"#,
    r#"{"city":"Berlin","geoCoordinates":"none"}"#,
    r#"{"city":"Berlin","geoCoordinates":{"latitude":52.500000000000001,"longitude":1E400}}"#,
    r#"null"#,
];

const DEVICES: &[&str] = &[
    r#"{"deviceId":"","displayName":"","operatingSystem":"Windows10","browser":"Edge 120.0","isCompliant":false,"isManaged":true,"trustType":""}"#,
    r#"{"deviceId":"d1","displayName":"PC-1","operatingSystem":"MacOs","browser":"Safari 17","isCompliant":true,"isManaged":true,"trustType":"Azure AD joined"}"#,
    r#"{"operatingSystem":"Linux"}"#,
    r#"{"deviceId":null,"isCompliant":"true","isManaged":1,"operatingSystem":10}"#,
    r#"{"deviceId":{"a":[1]},"isCompliant":null,"browser":[]}"#,
    r#"{}"#,
];
