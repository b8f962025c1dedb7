// Package smallpng makes pictures of screens and papers small enough to be kept beside their text.
package smallpng

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"sort"
)

// Small cuts the margins off a PNG and writes it with 32 colours.
func Small(data []byte) ([]byte, error) {
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	box := inked(picture)
	paper := few(picture, box)
	out := image.NewPaletted(image.Rect(0, 0, box.Dx(), box.Dy()), paper)
	known := map[color.Color]uint8{}
	for y := range box.Dy() {
		for x := range box.Dx() {
			c := coarse(picture.At(box.Min.X+x, box.Min.Y+y))
			at, ok := known[c]
			if !ok {
				at = uint8(paper.Index(c))
				known[c] = at
			}
			out.SetColorIndex(x, y, at)
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, out); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// inked is what a picture shows, with a little of its paper around.
func inked(p image.Image) image.Rectangle {
	all := p.Bounds()
	paper := coarse(p.At(all.Min.X, all.Min.Y))
	box := image.Rectangle{}
	for y := all.Min.Y; y < all.Max.Y; y++ {
		for x := all.Min.X; x < all.Max.X; x++ {
			if coarse(p.At(x, y)) != paper {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box.Inset(-16).Intersect(all)
}

// coarse leaves sixteen shades of each colour.
func coarse(c color.Color) color.Color {
	r, g, b, _ := c.RGBA()
	shade := func(v uint32) uint8 { return uint8(v>>12) * 17 }
	return color.RGBA{shade(r), shade(g), shade(b), 255}
}

// few are the colours that a picture uses most.
func few(p image.Image, box image.Rectangle) color.Palette {
	count := map[color.Color]int{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			count[coarse(p.At(x, y))]++
		}
	}
	list := make(color.Palette, 0, len(count))
	for c := range count {
		list = append(list, c)
	}
	sort.Slice(list, func(i, j int) bool {
		if count[list[i]] != count[list[j]] {
			return count[list[i]] > count[list[j]]
		}
		return fmt.Sprint(list[i]) < fmt.Sprint(list[j])
	})
	return list[:min(len(list), 32)]
}
