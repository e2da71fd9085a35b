// Every label, type and property once, so that the server knows the words before anything is there.
CREATE (live:Live {name: 'words', generation: '', begun: 0})
CREATE (generation:Generation {id: 'words', graph: '', epoch: '', position: 0, uid: '', lastEventAt: '', touched: 0, writes: 0})
CREATE (lease:Lease {name: 'words', owner: '', until: 0, asked: 0})
CREATE (customer:Party:Customer {generation: 'words', id: 'customer', code: '', name: '', departmentId: '', referralCount: 0,
  currency: '', owedMinor: 0})
CREATE (staff:Party:Staff {generation: 'words', id: 'staff', number: '', name: '', status: '', leftOn: 0, skills: '',
  languages: ''})
CREATE (department:Party:Department {generation: 'words', id: 'department', number: '', name: ''})
CREATE (department)-[:CHILD_OF {since: 0, until: 0}]->(department)
CREATE (staff)-[:MEMBER_OF {id: '', role: '', since: 0, until: 0}]->(department)
CREATE (staff)-[:SERVES {id: '', role: '', since: 0, until: 0}]->(customer)
CREATE (customer)-[:SUBSIDIARY_OF {id: '', since: 0, until: 0}]->(customer)
CREATE (customer)-[:REFERRED_BY {id: '', since: 0, until: 0}]->(customer)
WITH live, generation, lease, customer, staff, department
DETACH DELETE live, generation, lease, customer, staff, department
RETURN 1 AS done
