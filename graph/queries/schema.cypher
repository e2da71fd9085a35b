// What the graph store must have before anything is written: run again and again, it changes nothing.
CREATE CONSTRAINT party_id IF NOT EXISTS FOR (party:Party) REQUIRE (party.generation, party.id) IS UNIQUE;
CREATE CONSTRAINT live_name IF NOT EXISTS FOR (live:Live) REQUIRE live.name IS UNIQUE;
CREATE CONSTRAINT generation_id IF NOT EXISTS FOR (generation:Generation) REQUIRE generation.id IS UNIQUE;
CREATE INDEX customer_department IF NOT EXISTS FOR (customer:Customer) ON (customer.generation, customer.departmentId);
CREATE CONSTRAINT lease_name IF NOT EXISTS FOR (lease:Lease) REQUIRE lease.name IS UNIQUE;
