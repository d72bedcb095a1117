// Pictures that were drawn when the page was made, with a mark where the clock's epoch is on them.

const RING = 7;

/** A picture in both themes, and the places of epochs on it, in its own pixels. */
class Picture {
  constructor(meta, source) {
    const text = (array) => new TextDecoder().decode(source.valuesOf(array));
    this.title = meta.title;
    this.follows = meta.follows;
    this.size = meta.size;
    this.frame = meta.frame;
    this.notes = new Notes(meta);
    this.svgs = { light: text(meta.light), dark: text(meta.dark) };
    this.epochs = meta.places.map(([epoch]) => epoch);
    this.places = meta.places.map(([, place]) => place);
  }

  /** With more to be known to read it right. */
  noted(notes) {
    const noted = Object.create(this);
    noted.notes = new Notes({ notes: [...this.notes.notes, ...notes] });
    return noted;
  }

  /** The place of an epoch, or of the last one before it: null where it is not between the axes. */
  at(epoch) {
    return this.places[lastUpTo(this.epochs, epoch)] ?? null;
  }

  /** The epoch whose place is nearest to a point; those of a line are all at its upper end. */
  nearest([x, y]) {
    let [best, least] = [null, Infinity];
    this.places.forEach((place, i) => {
      const away = place ? Math.hypot(place[0] - x, place[1] - y) : Infinity;
      if (away < least) [best, least] = [this.epochs[i], away];
    });
    return best;
  }
}

class PicturePanel extends Panel {
  constructor(run, index, picture, number, onChange) {
    super(run, index, `picture-${number}`, picture.title);
    asNamed(asSaid(this.heading));
    this.picture = picture;
    this.takeNotes(picture.notes);
    this.body.style.aspectRatio = picture.size.join(" / ");
    if (picture.epochs.length) this.canvas.classList.add("seeks");
    this.images = Object.fromEntries(
      Object.entries(picture.svgs).map(([theme, svg]) => [theme, this.load(svg, onChange)]),
    );
  }

  load(svg, onChange) {
    const image = new Image();
    image.addEventListener("load", () => {
      this.refresh();
      onChange();
    });
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    return image;
  }

  paintStill(context) {
    const [width, height] = this.picture.size;
    this.zoom = Math.min(this.width / width, this.height / height);
    this.corner = [(this.width - this.zoom * width) / 2, (this.height - this.zoom * height) / 2];
    const image = this.images[document.documentElement.dataset.theme];
    if (image.complete) context.drawImage(image, ...this.corner, this.zoom * width, this.zoom * height);
  }

  paintEpoch(context, epoch) {
    const place = this.placeAt(epoch);
    if (!place) return;
    const [x, y] = this.onScreen(place);
    if (this.picture.follows === "line") this.drawLine(context, x);
    else drawRing(context, x, y);
  }

  drawLine(context, x) {
    const [, top, , bottom] = this.picture.frame;
    context.strokeStyle = palette.text;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x, this.onScreen([0, top])[1]);
    context.lineTo(x, this.onScreen([0, bottom])[1]);
    context.stroke();
  }

  onScreen([x, y]) {
    return [this.corner[0] + this.zoom * x, this.corner[1] + this.zoom * y];
  }

  epochAt(x, y) {
    const inside = [(x - this.corner[0]) / this.zoom, (y - this.corner[1]) / this.zoom];
    return this.picture.nearest(inside) ?? this.clock;
  }

  placeAt(epoch) {
    return this.picture.at(this.run.epochs[epoch]);
  }

  describe(epoch) {
    if (this.picture.follows === "nothing") return say("picture.same");
    if (!this.placeAt(epoch)) return say("picture.beyond");
    return say(this.picture.follows === "line" ? "picture.line" : "picture.ring");
  }
}

function drawRing(context, x, y) {
  for (const [color, width] of [
    [palette.paper, 5],
    [palette.text, 2.2],
  ]) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, RING, 0, 2 * Math.PI);
    context.stroke();
  }
}
