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

    private Palette() {}
}
