//! Checks of what was collected at all: which logs, from which tenants, by routes that carry how much.

use super::Severity::{Limits, Note};
use super::routes::{ABSENT, ROUTES};
use super::{Context, Finding};
use crate::lake::Error;
use crate::value::Value;

/// What the forms of the exports have no room for.
pub fn route_limits(context: &Context<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for route in ROUTES.iter().filter(|r| !r.lacks.is_empty()) {
        let sources = context.paths(|s| s.routes.iter().any(|r| r == route.route));
        if !sources.is_empty() {
            findings.push(Finding {
                check: "routes",
                severity: if route.route == "G" { Note } else { Limits },
                seen: format!(
                    "{} of route {}: {}",
                    super::counted(sources.len() as u64, "source"),
                    route.route,
                    route.lacks
                ),
                cannot: route.cannot.to_string(),
                ask: route.ask.to_string(),
                sources,
            });
        }
    }
    Ok(findings)
}

pub fn absent(context: &Context<'_>) -> Result<Vec<Finding>, Error> {
    let any = |tables: &[&str]| tables.iter().any(|table| context.has(table));
    let missing = ABSENT.iter().filter(|a| !any(a.tables) && any(a.beside));
    let finding = |absent: &super::routes::Absent| Finding {
        check: "absent",
        severity: Limits,
        seen: absent.seen.to_string(),
        cannot: absent.cannot.to_string(),
        ask: absent.ask.to_string(),
        sources: Vec::new(),
    };
    Ok(missing.map(finding).collect())
}

/// Columns that hold the tenant whose log it is.
const TENANTS: &[(&str, &str)] = &[
    ("UnifiedAuditLog", "OrganizationId"),
    ("AuditLogs", "AADTenantId"),
    ("SigninLogs", "AADTenantId"),
    ("AADNonInteractiveUserSignInLogs", "AADTenantId"),
    ("AADServicePrincipalSignInLogs", "AADTenantId"),
    ("AADManagedIdentitySignInLogs", "AADTenantId"),
];

pub fn tenants(context: &Context<'_>) -> Result<Vec<Finding>, Error> {
    let mut tenants: Vec<(String, u64)> = Vec::new();
    for (table, column) in TENANTS.iter().filter(|(table, _)| context.has(table)) {
        let query = format!(
            "{table} | summarize Count = count() by Tenant = tolower(tostring({column})) | where isnotempty(Tenant)\
             | project Tenant, Count"
        );
        for row in context.rows(&query)? {
            let (Some(tenant), count) =
                (row.first().and_then(Value::as_str), row.get(1).and_then(Value::as_i64))
            else {
                continue;
            };
            let count = count.unwrap_or(0).max(0) as u64;
            match tenants.iter_mut().find(|(known, _)| known == tenant) {
                Some((_, sum)) => *sum += count,
                None => tenants.push((tenant.to_string(), count)),
            }
        }
    }
    if tenants.len() < 2 {
        return Ok(Vec::new());
    }
    tenants.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let told: Vec<String> = tenants
        .iter()
        .take(5)
        .map(|(tenant, count)| format!("{tenant} ({})", super::counted(*count, "event")))
        .collect();
    let more = if tenants.len() > told.len() { ", …" } else { "" };
    Ok(vec![Finding {
        check: "tenants",
        severity: Limits,
        seen: format!("{} tenants in one lake: {}{more}", tenants.len(), told.join(", ")),
        cannot: "anything of one tenant from a count over a table; ids of users and roles are of different tenants".to_string(),
        ask: "a lake per tenant, or a condition on OrganizationId or AADTenantId in every query".to_string(),
        sources: Vec::new(),
    }])
}
