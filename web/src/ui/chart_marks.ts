// chart_marks.ts - lines across a chart with their names: a day that matters, a level.
import uPlot from "uplot";

export interface DayMark {
	/** Seconds. */
	at: number;
	name: string;
	colour: string;
	/** Lines of text below the top, so that names of near days do not meet. */
	row: number;
	dash?: number[];
}

export interface LevelMark {
	/** Series of the data whose first value the name stands at. */
	series: number;
	name: string;
	colour: string;
	/** Below its line, so that names of near levels do not meet. */
	below: boolean;
}

const FONT_PX = 11;
const GAP_PX = 4;

function begin(plot: uPlot, colour: string): CanvasRenderingContext2D {
	const { ctx } = plot;
	ctx.save();
	ctx.font = `${FONT_PX * uPlot.pxRatio}px system-ui, sans-serif`;
	ctx.strokeStyle = colour;
	ctx.fillStyle = colour;
	ctx.lineWidth = uPlot.pxRatio;
	return ctx;
}

/** A name must be read whatever line it stands on. */
function write(
	ctx: CanvasRenderingContext2D,
	text: string,
	x: number,
	y: number,
	ground: string,
): void {
	ctx.lineJoin = "round";
	ctx.lineWidth = 4 * uPlot.pxRatio;
	ctx.strokeStyle = ground;
	ctx.strokeText(text, x, y);
	ctx.fillText(text, x, y);
}

export function drawDay(plot: uPlot, mark: DayMark, ground: string): void {
	const { left, top, width, height } = plot.bbox;
	const x = Math.round(plot.valToPos(mark.at, "x", true));
	if (x < left || x > left + width) return;
	const ctx = begin(plot, mark.colour);
	ctx.setLineDash((mark.dash ?? []).map((length) => length * uPlot.pxRatio));
	ctx.beginPath();
	ctx.moveTo(x, top);
	ctx.lineTo(x, top + height);
	ctx.stroke();
	ctx.setLineDash([]);
	const gap = GAP_PX * uPlot.pxRatio;
	const room = ctx.measureText(mark.name).width + 2 * gap;
	const before = x - left > room;
	ctx.textAlign = before ? "right" : "left";
	ctx.textBaseline = "top";
	const y = top + gap + mark.row * (FONT_PX + 5) * uPlot.pxRatio;
	write(ctx, mark.name, before ? x - gap : x + gap, y, ground);
	ctx.restore();
}

export function drawLevel(plot: uPlot, mark: LevelMark, ground: string): void {
	const values = plot.data[mark.series] ?? [];
	const first = values.find((value) => value !== null && value !== undefined);
	if (first === null || first === undefined) return;
	const ctx = begin(plot, mark.colour);
	const gap = GAP_PX * uPlot.pxRatio;
	ctx.textAlign = "left";
	ctx.textBaseline = mark.below ? "top" : "bottom";
	const y = plot.valToPos(first, "y", true) + (mark.below ? gap / 2 : -gap / 2);
	write(ctx, mark.name, plot.bbox.left + gap, y, ground);
	ctx.restore();
}
