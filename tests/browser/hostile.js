// A scenario in which every text that may be anything is hostile, made from a harmless one.
import { readFileSync } from "node:fs";

const HOSTILE =
  "</script><script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\">'\"&lt;";

const scenario = JSON.parse(readFileSync(process.argv[2], "utf8"));
delete scenario.$schema;
for (const field of ["title", "source", "summary"]) scenario[field] = HOSTILE;
for (const action of Object.values(scenario.timeline)) action.note = HOSTILE;
for (const mitigation of Object.values(scenario.mitigations)) mitigation.note = HOSTILE;
for (const assumption of Object.values(scenario.assumptions)) assumption.why = HOSTILE;
for (const fact of Object.values(scenario.documented)) fact.fact = HOSTILE;
scenario.documented["<img/src=x/onerror=\"document.title='hit'\">"] = scenario.documented.T3;
process.stdout.write(JSON.stringify(scenario));
