package dev.ila.view;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** What all charts have in common. */
final class Theme {
    static final BasicStroke THIN = new BasicStroke(1f);
    static final BasicStroke THICK = new BasicStroke(2.2f);
    static final BasicStroke DASHED =
            new BasicStroke(
                    1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, new float[] {6, 5}, 0);

    private Theme() {}

    /** Fonts and colours. */
    static void style(AxesChartStyler styler) {
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setChartFontColor(Palette.TEXT);
        styler.setChartTitleFont(font(Font.BOLD, 16)).setChartTitleBoxVisible(false);
        styler.setPlotBorderVisible(false);
        styler.setAxisTickLabelsFont(font(Font.PLAIN, 12));
        styler.setAxisTitleFont(font(Font.PLAIN, 13));
        styler.setLegendBorderColor(Color.WHITE);
        styler.setLegendFont(font(Font.PLAIN, 12));
    }

    /** The same with a grid, and the legend below the plot. */
    static void plot(AxesChartStyler styler) {
        style(styler);
        styler.setYAxisDecimalPattern("#,##0.####").setXAxisDecimalPattern("#,##0.####");
        styler.setPlotGridLinesColor(Palette.GRID).setPlotGridLinesStroke(THIN);
        styler.setLegendPosition(LegendPosition.OutsideS);
        styler.setLegendLayout(LegendLayout.Horizontal);
    }

    static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }
}
