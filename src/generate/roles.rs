//! Changes of a role's members: Core Directory rows of AuditLogs, record type 8 of the unified audit log.
//!
//! An addition names the role in the new values, a removal in the old ones. The trap for a reader: whoever
//! reads `NewValue` alone sees removals without a role.

use super::audit::{detail, initiated_by, initiated_by_app};
use super::chunk::{Chunk, Head};
use super::names::{DEVICES, ROLES};
use super::tenant::Tenant;
use super::write::{Guid, Ip, Ticks, Writer, push_guid, push_int};

/// A direct change of a role's members, by MS-PIM (`by` is none) or by a person.
pub struct RoleChange {
    pub add: bool,
    pub at: Ticks,
    pub role: usize,
    pub target: usize,
    pub by: Option<(usize, Ip)>,
    pub correlation: Guid,
    pub id: Guid,
}

impl RoleChange {
    /// The Core Directory row of AuditLogs. A removal names the role in the old values.
    pub fn graph(&self, tenant: &Tenant, w: &mut Writer) {
        w.text_with("id", |out| {
            out.extend_from_slice(b"Directory_");
            push_guid(out, self.correlation);
            out.extend_from_slice(b"_FGHIJ_");
            push_int(out, 1_000_000 + self.at % 1_000_000);
        });
        w.text("category", "RoleManagement");
        w.guid("correlationId", self.correlation);
        w.text("result", "success");
        w.text("resultReason", "");
        w.text(
            "activityDisplayName",
            if self.add { "Add member to role" } else { "Remove member from role" },
        );
        w.time("activityDateTime", self.at, 7);
        w.text("loggedByService", "Core Directory");
        w.text("operationType", if self.add { "Assign" } else { "Unassign" });
        match self.by {
            Some((actor, ip)) => initiated_by(tenant, w, actor, Some(ip)),
            None => initiated_by_app(w, "MS-PIM", tenant.pim_principal),
        }
        let (user, role) = (&tenant.users[self.target], &ROLES[self.role]);
        w.array("targetResources", |w| {
            w.item(|w| {
                w.guid("id", user.id);
                w.null("displayName");
                w.text("type", "User");
                w.text("userPrincipalName", &user.upn);
                w.null("groupType");
                w.array("modifiedProperties", |w| {
                    self.change(w, "Role.ObjectID", |out| push_guid(out, tenant.roles[self.role]));
                    self.change(w, "Role.DisplayName", |out| out.extend_from_slice(role.name.as_bytes()));
                    self.change(w, "Role.TemplateId", |out| out.extend_from_slice(role.template.as_bytes()));
                });
            });
        });
        w.array("additionalDetails", |w| {
            if let Some((actor, _)) = self.by {
                detail(w, "User-Agent", DEVICES[tenant.users[actor].device].agent);
            }
        });
    }

    fn change(&self, w: &mut Writer, name: &str, value: impl FnOnce(&mut Vec<u8>)) {
        let quoted = |w: &mut Writer, key: &str| {
            w.text_with(key, |out| {
                out.extend_from_slice(b"\\\"");
                value(out);
                out.extend_from_slice(b"\\\"");
            });
        };
        w.item(|w| {
            w.text("displayName", name);
            if self.add {
                w.null("oldValue");
                quoted(w, "newValue");
            } else {
                quoted(w, "oldValue");
                w.null("newValue");
            }
        });
    }

    /// The unified audit log's record type 8.
    pub fn unified(&self, tenant: &Tenant, chunk: &mut Chunk) {
        let operation = if self.add { "Add member to role." } else { "Remove member from role." };
        let actor_name = match self.by {
            Some((actor, _)) => tenant.users[actor].upn.clone(),
            None => {
                let mut name = b"ServicePrincipal_".to_vec();
                push_guid(&mut name, tenant.pim_principal);
                String::from_utf8_lossy(&name).into_owned()
            }
        };
        let head = Head {
            id: self.id,
            record_type: (8, "AzureActiveDirectory"),
            operation,
            user: actor_name.clone(),
        };
        let (user, role) = (&tenant.users[self.target], &ROLES[self.role]);
        let event = super::ual::Directory {
            at: self.at,
            id: self.id,
            correlation: self.correlation,
            operation,
            category: "Role",
            actor: self.by,
            service: ("MS-PIM", tenant.pim_principal),
            user: &actor_name,
            target: &user.upn,
            target_id: user.id,
            target_kind: "User",
        };
        chunk.push(self.at, Some(head), |w| {
            event.write(tenant, w, |w| {
                let mut property = |name: &str, value: &dyn Fn(&mut Vec<u8>)| {
                    w.item(|w| {
                        w.text("Name", name);
                        w.text_with("NewValue", |out| {
                            if self.add {
                                value(out)
                            }
                        });
                        w.text_with("OldValue", |out| {
                            if !self.add {
                                value(out)
                            }
                        });
                    });
                };
                property("Role.ObjectID", &|out| push_guid(out, tenant.roles[self.role]));
                property("Role.DisplayName", &|out| out.extend_from_slice(role.name.as_bytes()));
                property("Role.TemplateId", &|out| out.extend_from_slice(role.template.as_bytes()));
            });
        });
    }
}
