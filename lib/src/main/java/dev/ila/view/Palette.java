package dev.ila.view;

import java.awt.Color;

/** Colours that keep their order in greyscale and for colour-blind eyes. */
final class Palette {
    /** From low to high: dark blue to pale yellow through grey, lightness rising evenly. */
    static final Color[] SEQUENTIAL = {
        new Color(0x00224E),
        new Color(0x2A3F6D),
        new Color(0x575C6D),
        new Color(0x7D7C78),
        new Color(0xA59C74),
        new Color(0xD2C060),
        new Color(0xFEE838)
    };

    /** From low to high, each light enough for dark text on it. */
    static final Color[] LIGHT = {
        new Color(0xFFFFFF), new Color(0xFDEBCB), new Color(0xF9CF86), new Color(0xE69F00)
    };

    static final Color TEXT = new Color(0x222222);
    static final Color FAINT = new Color(0xC8C8C8);
    static final Color GRID = new Color(0xEBEBEB);

    /** For lines: told apart by lightness too. */
    static final Color[] LINES = {
        new Color(0x00224E),
        new Color(0xD55E00),
        new Color(0x56B4E9),
        new Color(0x7D7C78),
        new Color(0xE69F00)
    };

    /** For kinds of projection: Okabe and Ito's, without their yellow, pale on white. */
    static final Color[] KINDS = {
        new Color(0x0072B2),
        new Color(0xE69F00),
        new Color(0x009E73),
        new Color(0xCC79A7),
        new Color(0x56B4E9),
        new Color(0xD55E00),
        new Color(0x000000)
    };

    /** From negative to positive, white at zero. */
    static final Color[] DIVERGING = {
        new Color(0x00366C),
        new Color(0x2E7EBB),
        new Color(0x9DCAE1),
        new Color(0xFFFFFF),
        new Color(0xFDBE85),
        new Color(0xE6641A),
        new Color(0x7F2704)
    };

    private Palette() {}
}
