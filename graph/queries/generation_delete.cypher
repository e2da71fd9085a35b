// A generation's parties with all their links, in steps.
MATCH (party:Party {generation: $generation})
CALL (party) { DETACH DELETE party } IN TRANSACTIONS OF 5000 ROWS
