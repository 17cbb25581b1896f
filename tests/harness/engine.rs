use auk::diagnostic::Diagnostic;
use auk::plan::Plan;
use auk::table::Table;
#[derive(Clone,Copy,Debug)]
pub enum Way { Streaming }
pub const WAYS: &[Way] = &[Way::Streaming];
pub struct World;
impl World {
 pub fn empty() -> World { World }
 pub fn compile(&self, _t:&str) -> Result<Plan, Vec<Diagnostic>> { Err(vec![]) }
 pub fn oracle(&self, plan:&Plan) -> Result<Table,String> { crate::oracle::run(plan, &|_,_| None, 0) }
 pub fn run(&self, plan:&Plan, _w:Way) -> Result<Table, Vec<Diagnostic>> { self.oracle(plan).map_err(|_| vec![]) }
}
pub fn render(_t:&str, _d:&[Diagnostic]) -> String { String::new() }
