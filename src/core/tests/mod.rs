//! What the rules promise.

mod bench;
mod bring;
mod cost;
mod defs;
mod difference;
mod doubt;
mod forest;
mod freeing;
mod gate;
mod gate_matrix;
mod health;
mod history;
mod leaving;
mod lifecycle_table;
mod policy;
mod ports;
mod properties;
mod records;
mod reload;
mod sim;
mod sim_others;
mod stages;
mod start;
mod stop;
mod takeover;
mod words;
