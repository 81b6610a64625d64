// Looks at the page in a real browser: each state at two widths, with axe over it. Started by scripts/page.py, which says where everything
// is. One line a check, then `N passed, N failed`.
import { end, given, tab, told } from "./harness.mjs";
import * as call from "./call.mjs";
import * as find from "./find.mjs";
import * as forms from "./forms.mjs";
import * as kept from "./kept.mjs";
import * as large from "./large.mjs";
import * as servers from "./servers.mjs";
import * as view from "./view.mjs";

const { page, faults, context } = await tab(given.page);
await find.all(page);
await call.all(page);
await forms.all(page);
await kept.all(page);
told("nothing was asked of elsewhere, and the console is clean", faults.length === 0, faults.join("; "));
await context.close();
await servers.all();
await view.all();
await large.all();
await end();
