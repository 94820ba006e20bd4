// main.tsx - the page begins here.
import { render } from "preact";
import { App } from "./app";
import { takeLink } from "./sign_in_link";
import { applyTheme } from "./ui/theme";

const link = takeLink();
applyTheme();
const page = document.getElementById("page");
if (page) render(<App link={link} />, page);
