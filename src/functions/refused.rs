//! Functions that are valid KQL and that auk does not do, each with its reason.
//!
//! Trap: a name that gets a kernel leaves this list; no name may be in two tables.

use super::Function;
use super::rows::not_done;

const CLUSTER: &str = "there is no cluster behind an offline lake";
const GRAPH: &str = "graph queries are not supported";
const SHAPES: &str = "geospatial shapes, grids and cells are not supported";
const CURSOR: &str = "database cursors exist in a Kusto cluster only";

const COMBINED: &str =
    "how Kusto combines hashes is not published; hash(strcat(…)) hashes several values at once";

pub const ROWS: &[Function] = &[
    not_done("hash_combine", COMBINED),
    not_done("hash_many", COMBINED),
    not_done("cluster", CLUSTER),
    not_done("database", CLUSTER),
    not_done("external_table", CLUSTER),
    not_done("materialized_view", CLUSTER),
    not_done("stored_query_result", CLUSTER),
    not_done("entity_group", CLUSTER),
    not_done("current_cluster_endpoint", CLUSTER),
    not_done("current_database", CLUSTER),
    not_done("current_principal", CLUSTER),
    not_done("current_principal_details", CLUSTER),
    not_done("current_principal_is_member_of", CLUSTER),
    not_done("extent_id", CLUSTER),
    not_done("extent_tags", CLUSTER),
    not_done("row_id", CLUSTER),
    not_done("cursor_after", CURSOR),
    not_done("cursor_before_or_at", CURSOR),
    not_done("cursor_current", CURSOR),
    not_done("all", GRAPH),
    not_done("map", GRAPH),
    not_done("labels", GRAPH),
    not_done("inner_nodes", GRAPH),
    not_done("node_degree_in", GRAPH),
    not_done("node_degree_out", GRAPH),
    not_done("node_id", GRAPH),
    not_done("graph", GRAPH),
    not_done("geo_h3cell_children", SHAPES),
    not_done("geo_h3cell_level", SHAPES),
    not_done("geo_h3cell_neighbors", SHAPES),
    not_done("geo_h3cell_parent", SHAPES),
    not_done("geo_h3cell_rings", SHAPES),
    not_done("geo_h3cell_to_central_point", SHAPES),
    not_done("geo_h3cell_to_polygon", SHAPES),
    not_done("geo_intersection_2lines", SHAPES),
    not_done("geo_intersection_2polygons", SHAPES),
    not_done("geo_intersection_line_with_polygon", SHAPES),
    not_done("geo_intersects_2lines", SHAPES),
    not_done("geo_intersects_2polygons", SHAPES),
    not_done("geo_intersects_line_with_polygon", SHAPES),
    not_done("geo_line_buffer", SHAPES),
    not_done("geo_line_centroid", SHAPES),
    not_done("geo_line_densify", SHAPES),
    not_done("geo_line_interpolate_point", SHAPES),
    not_done("geo_line_locate_point", SHAPES),
    not_done("geo_line_simplify", SHAPES),
    not_done("geo_line_to_s2cells", SHAPES),
    not_done("geo_point_buffer", SHAPES),
    not_done("geo_point_to_h3cell", SHAPES),
    not_done("geo_point_to_s2cell", SHAPES),
    not_done("geo_polygon_buffer", SHAPES),
    not_done("geo_polygon_centroid", SHAPES),
    not_done("geo_polygon_densify", SHAPES),
    not_done("geo_polygon_simplify", SHAPES),
    not_done("geo_polygon_to_h3cells", SHAPES),
    not_done("geo_polygon_to_s2cells", SHAPES),
    not_done("geo_s2cell_neighbors", SHAPES),
    not_done("geo_s2cell_to_central_point", SHAPES),
    not_done("geo_s2cell_to_polygon", SHAPES),
    not_done("geo_simplify_polygons_array", SHAPES),
    not_done("geo_union_lines_array", SHAPES),
    not_done("geo_union_polygons_array", SHAPES),
];
