// main.tsx - the page begins here.
import { render } from "preact";
import { App } from "./app";
import { takeLink } from "./sign_in_link";
import { watchCopying } from "./ui/copied";
import { applyTheme } from "./ui/theme";

const link = takeLink();
applyTheme();
watchCopying();
const page = document.getElementById("page");
if (page) render(<App link={link} />, page);
