"""What reports say, in Japanese and English: the verdict on a model in plain words, and the headings."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

HEADINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "title": ("予測モデルの報告", "Report on a forecast model"),
        "figures": ("指標", "Figures"),
        "reliability": ("信頼度曲線", "Reliability"),
        "months": ("月別の損失(1レース)", "Loss by month (each race)"),
        "slices": ("区分別の損失(1レース)", "Loss by slice (each race)"),
        "strategies": ("均等買いの回収率", "Return at flat stakes"),
        "profit": ("累積収支(単位)", "Cumulative profit (units)"),
        "drift": ("分布の変化(PSI)", "Drift (PSI)"),
        "importances": ("重要な特徴量", "Important features"),
        "card": ("モデルカード", "Model card"),
    }
)

FIGURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "log_loss": ("対数損失(1レース)", "Log loss of a race"),
        "r2": ("R²(一様予測比)", "R² (against uniform)"),
        "runner_log_loss": ("対数損失(1頭)", "Log loss of a runner"),
        "brier": ("ブライアスコア", "Brier score"),
        "calibration_error": ("較正誤差(ECE)", "Calibration error (ECE)"),
        "top1": ("1位的中率", "Share of winners ranked first"),
        "ndcg3": ("NDCG@3", "NDCG@3"),
    }
)

FORECASTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "model": ("モデル", "Model"),
        "market": ("市場(最終オッズ)", "Market (final odds)"),
        "uniform": ("一様", "Uniform"),
    }
)


def verdict(summary: Mapping[str, Any]) -> tuple[str, str]:
    """Return in Japanese and English whether the market and the uniform forecast are beaten."""
    difference = f"{summary['difference']:+.4f} [{summary['difference_low']:+.4f}, {summary['difference_high']:+.4f}]"
    if summary["difference_high"] < 0:
        market = (
            f"このモデルは市場より良いです({difference})。このレースのオッズを使わないモデルなら、結果の漏れ(リーク)です。",
            f"The model is better than the market ({difference}). Without the odds of the race, this is a leak.",
        )
    elif summary["difference_low"] > 0:
        market = (
            f"このモデルは市場に勝てません。1レースの対数損失は市場より大きいです({difference})。馬券の購入を勧めるものではありません。",
            f"The model does not beat the market: its loss is higher ({difference}). This is not advice to bet.",
        )
    else:
        market = (
            f"このモデルは市場に勝っていません。差は誤差の範囲です({difference})。馬券の購入を勧めるものではありません。",
            f"The model does not beat the market: no clear difference ({difference}). This is not advice to bet.",
        )
    better = summary["log_loss"] < summary["uniform_log_loss"]
    uniform = (
        ("一様予測より良いです。", "It is better than equal probabilities.")
        if better
        else ("一様予測より良くありません。", "It is not better than equal probabilities.")
    )
    return market[0] + uniform[0], f"{market[1]} {uniform[1]}"
