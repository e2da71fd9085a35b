// The customers of each department that have referred most.
MATCH (live:Live {name: $graph})
UNWIND $keys AS key
CALL (live, key) {
  MATCH (customer:Customer {generation: live.generation, departmentId: key})
  WHERE customer.referralCount > 0 AND REACH(customer)
  RETURN customer
  ORDER BY customer.referralCount DESC, customer.id
  LIMIT $first
}
RETURN collect([key, customer.id, customer.referralCount]) AS rows
