// main.tsx - the page begins here.
import { render } from "preact";
import { App } from "./app";
import { applyTheme } from "./ui/theme";

applyTheme();
const page = document.getElementById("page");
if (page) render(<App />, page);
