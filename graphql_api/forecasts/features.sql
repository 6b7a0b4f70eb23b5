-- Features of runners, from the table `rides`: one row for each starter, past or to come.
--
-- Nothing of a row's own day, or of a later one, is used but what is known before the race: every window over other
-- rows ends one day before (`AND 1 PRECEDING` of a day, or of a run). Exceptions are windows over the runners of the
-- same race, which read only features, and the mean deviation of a past race's own day, which later days read.
--
-- Sums are over integers only (fixed point), so that they do not depend on the order of the rows, the number of
-- threads or the engine. Divisions come afterwards, and literals are doubles (1e0), since 1.0 is a DECIMAL on Spark.
WITH starts AS (
    -- Who starts. Rows without a result are entries: they have features, and count for nothing.
    SELECT
        date,
        DATE_DIFF('day', DATE '1970-01-01', date) AS day,
        race_id,
        COALESCE(race_id, CONCAT(CAST(date AS VARCHAR), racecourse, CAST(race_number AS VARCHAR), race_name)) AS race,
        racecourse,
        CAST(SUBSTRING(race_id, 5, 2) AS INTEGER) AS course,
        race_number,
        jurisdiction,
        surface,
        surface_ordinal,
        distance,
        CASE WHEN distance < 1400 THEN 1 WHEN distance < 1800 THEN 2 WHEN distance < 2200 THEN 3 ELSE 4 END AS band,
        going_ordinal,
        CASE WHEN going_ordinal = 0 THEN 0 WHEN going_ordinal > 0 THEN 1 END AS wet,
        weather_ordinal,
        CASE
            WHEN race_class IN ('NEWCOMER', 'MAIDEN', 'NAR_C') THEN 0
            WHEN race_class IN ('ONE_WIN', 'NAR_B') THEN 1
            WHEN race_class IN ('TWO_WINS', 'NAR_A') THEN 2
            WHEN race_class = 'THREE_WINS' THEN 3
            WHEN grade IN ('GI', 'JGI', 'JPNI') THEN 7
            WHEN grade IN ('GII', 'JGII', 'JPNII') THEN 6
            WHEN grade IN ('GIII', 'JGIII', 'JPNIII', 'JUSHO') THEN 5
            WHEN race_class = 'OPEN' THEN 4
        END AS class,
        CASE WHEN race_class = 'NEWCOMER' THEN 1 ELSE 0 END AS newcomer,
        field_size,
        bracket_number,
        horse_number,
        horse_name,
        jockey_id,
        CAST(ROUND(carried_weight * 1e1) AS BIGINT) AS carried,
        body_weight,
        body_weight_change,
        CAST(ROUND(1e6 / win_odds) AS BIGINT) AS implied,
        win_odds,
        favourite_rank,
        finish_status,
        finish_position,
        CASE WHEN finish_status = 'UNKNOWN' THEN 0 ELSE 1 END AS ran,
        CASE WHEN finish_status <> 'UNKNOWN' AND finish_position = 1 THEN 1 ELSE 0 END AS won,
        CASE WHEN finish_status <> 'UNKNOWN' AND finish_position <= 3 THEN 1 ELSE 0 END AS placed,
        CASE WHEN finish_status <> 'UNKNOWN' THEN CAST(ROUND(finish_time * 1e1) AS BIGINT) END AS tenths,
        -- LEAST and GREATEST would make a number of null on some engines.
        CASE
            WHEN finish_status = 'UNKNOWN' THEN NULL
            WHEN margin > 5e0 THEN 5000
            WHEN margin < -5e0 THEN -5000
            ELSE CAST(ROUND(margin * 1e3) AS BIGINT)
        END AS behind,
        CASE WHEN finish_status <> 'UNKNOWN' THEN CAST(ROUND(last3f * 1e1) AS BIGINT) END AS closing,
        CASE WHEN finish_status <> 'UNKNOWN' THEN running_style_ordinal END AS style,
        CASE WHEN finish_status <> 'UNKNOWN' THEN CAST(ROUND(COALESCE(prize_money, 0e0) / 1e4) AS BIGINT) END AS prize
    FROM rides
    WHERE finish_status NOT IN ('SCRATCHED', 'EXCLUDED', 'ABANDONED')
        AND (race_id IS NOT NULL OR finish_status <> 'UNKNOWN')
),

timed AS (
    -- What a run was worth: its place in the field, its time beside the usual one of the course, its last 3 furlongs.
    SELECT
        *,
        COUNT(*) OVER same_race AS held,
        SUM(won) OVER same_race AS winners,
        CASE
            WHEN ran = 0 THEN NULL
            WHEN finish_position IS NULL OR COALESCE(field_size, 0) < 2 THEN 1000000
            ELSE CAST(ROUND(1e6 * (finish_position - 1) / (field_size - 1)) AS BIGINT)
        END AS share,
        CASE WHEN ran = 1 THEN
            CAST(ROUND(1e3 * (1e0 * SUM(closing) OVER same_race / (COUNT(closing) OVER same_race) - closing)) AS BIGINT)
        END AS burst,
        SUM(implied) OVER same_race AS book,
        CASE WHEN COUNT(tenths) OVER same_course >= 20 THEN
            CAST(ROUND(1e6 - 1e6 * tenths * COUNT(tenths) OVER same_course / SUM(tenths) OVER same_course) AS BIGINT)
        END AS faster,
        CASE WHEN ran = 1 AND ROW_NUMBER() OVER (PARTITION BY horse_name, day, ran ORDER BY race, horse_number) = 1
            THEN 1 ELSE 0
        END AS counted
    FROM starts
    WINDOW
        same_race AS (PARTITION BY race),
        same_course AS (
            PARTITION BY racecourse, surface, distance ORDER BY day RANGE BETWEEN 730 PRECEDING AND 1 PRECEDING
        )
),

rated AS (
    -- `speed`: how much faster than usual, less the mean of the day, in millionths. `run`: days on which it ran before.
    SELECT
        *,
        faster - CAST(ROUND(1e0 * SUM(faster) OVER same_track / COUNT(faster) OVER same_track) AS BIGINT) AS speed,
        CASE WHEN ran = 1 THEN CAST(ROUND(1e6 * implied / book) AS BIGINT) END AS belief,
        CASE WHEN ran = 1 THEN implied END AS backed,
        CASE WHEN ran = 1 THEN day END AS ran_on,
        CASE WHEN ran = 1 THEN jockey_id END AS ridden_by,
        CASE WHEN ran = 1 THEN distance END AS ran_over,
        CASE WHEN ran = 1 THEN class END AS ran_in,
        CASE WHEN ran = 1 THEN carried END AS had_carried,
        CASE WHEN ran = 1 THEN surface_ordinal END AS ran_on_surface,
        CASE WHEN ran = 1 THEN body_weight END AS had_weighed,
        CASE WHEN ran = 1 THEN course END AS ran_at,
        COALESCE(SUM(counted) OVER earlier, 0) AS run
    FROM timed
    WINDOW
        same_track AS (PARTITION BY racecourse, surface, day),
        earlier AS (PARTITION BY horse_name ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),

form AS (
    SELECT
        *,
        -- The horse's career.
        COALESCE(SUM(won) OVER career, 0) AS wins,
        COALESCE(SUM(placed) OVER career, 0) AS places,
        SUM(prize) OVER career AS prizes,
        MIN(ran_on) OVER career AS first_day,
        MAX(speed) OVER career AS best_speed,
        SUM(ran) OVER this_year AS year_runs,
        SUM(share) OVER this_year AS year_share,
        COUNT(share) OVER this_year AS year_shares,
        SUM(belief) OVER career AS beliefs,
        COUNT(belief) OVER career AS believed,
        -- Its last five runs, and its last.
        SUM(share) OVER last_five AS five_share,
        COUNT(share) OVER last_five AS five_shares,
        SUM(speed) OVER last_five AS five_speed,
        COUNT(speed) OVER last_five AS five_speeds,
        MAX(speed) OVER last_five AS five_best,
        SUM(behind) OVER last_five AS five_behind,
        COUNT(behind) OVER last_five AS five_behinds,
        SUM(burst) OVER last_five AS five_burst,
        COUNT(burst) OVER last_five AS five_bursts,
        SUM(style) OVER last_five AS five_style,
        COUNT(style) OVER last_five AS five_styles,
        SUM(belief) OVER last_five AS five_belief,
        COUNT(belief) OVER last_five AS five_beliefs,
        MAX(ran_in) OVER last_five AS five_class,
        MAX(ran_on) OVER last_run AS last_day,
        MAX(share) OVER last_run AS last_share,
        MAX(speed) OVER last_run AS last_speed,
        MAX(behind) OVER last_run AS last_behind,
        MAX(belief) OVER last_run AS last_belief,
        MAX(burst) OVER last_run AS last_burst,
        MAX(ran_over) OVER last_run AS last_distance,
        MAX(ran_in) OVER last_run AS last_class,
        MAX(had_carried) OVER last_run AS last_carried,
        MAX(had_weighed) OVER last_run AS last_weight,
        MAX(ran_on_surface) OVER last_run AS last_surface,
        MAX(ran_at) OVER last_run AS last_course,
        MAX(ridden_by) OVER last_run AS last_jockey,
        -- Where it has run.
        COALESCE(SUM(ran) OVER on_surface, 0) AS surface_runs,
        COALESCE(SUM(placed) OVER on_surface, 0) AS surface_places,
        SUM(speed) OVER on_surface AS surface_speed,
        COUNT(speed) OVER on_surface AS surface_speeds,
        COALESCE(SUM(ran) OVER over_band, 0) AS band_runs,
        COALESCE(SUM(placed) OVER over_band, 0) AS band_places,
        SUM(speed) OVER over_band AS band_speed,
        COUNT(speed) OVER over_band AS band_speeds,
        COALESCE(SUM(ran) OVER at_course, 0) AS course_runs,
        COALESCE(SUM(placed) OVER at_course, 0) AS course_places,
        COALESCE(SUM(ran) OVER on_going, 0) AS going_runs,
        COALESCE(SUM(placed) OVER on_going, 0) AS going_places,
        SUM(share) OVER on_going AS going_share,
        COUNT(share) OVER on_going AS going_shares,
        -- The jockey.
        COALESCE(SUM(ran) OVER jockey_quarter, 0) AS quarter_rides,
        COALESCE(SUM(won) OVER jockey_quarter, 0) AS quarter_wins,
        SUM(share) OVER jockey_quarter AS quarter_share,
        COUNT(share) OVER jockey_quarter AS quarter_shares,
        COALESCE(SUM(ran) OVER jockey_year, 0) AS jockey_rides,
        COALESCE(SUM(won) OVER jockey_year, 0) AS jockey_wins,
        COALESCE(SUM(placed) OVER jockey_year, 0) AS jockey_places,
        SUM(CASE WHEN backed IS NOT NULL THEN won END) OVER jockey_year AS backed_wins,
        SUM(backed) OVER jockey_year AS jockey_backed,
        COALESCE(SUM(ran) OVER jockey_here, 0) AS here_rides,
        COALESCE(SUM(won) OVER jockey_here, 0) AS here_wins,
        COALESCE(SUM(ran) OVER together, 0) AS together_rides,
        COALESCE(SUM(won) OVER together, 0) AS together_wins,
        COALESCE(SUM(placed) OVER together, 0) AS together_places,
        -- The draw.
        COALESCE(SUM(ran) OVER from_bracket, 0) AS bracket_rides,
        COALESCE(SUM(placed) OVER from_bracket, 0) AS bracket_places
    FROM rated
    WINDOW
        career AS (PARTITION BY horse_name ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        this_year AS (PARTITION BY horse_name ORDER BY day RANGE BETWEEN 365 PRECEDING AND 1 PRECEDING),
        last_five AS (PARTITION BY horse_name ORDER BY run RANGE BETWEEN 5 PRECEDING AND 1 PRECEDING),
        last_run AS (PARTITION BY horse_name ORDER BY run RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING),
        on_surface AS (PARTITION BY horse_name, surface ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        over_band AS (
            PARTITION BY horse_name, surface, band ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        at_course AS (
            PARTITION BY horse_name, racecourse ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        on_going AS (PARTITION BY horse_name, wet ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        jockey_quarter AS (PARTITION BY jockey_id ORDER BY day RANGE BETWEEN 90 PRECEDING AND 1 PRECEDING),
        jockey_year AS (PARTITION BY jockey_id ORDER BY day RANGE BETWEEN 365 PRECEDING AND 1 PRECEDING),
        jockey_here AS (PARTITION BY jockey_id, racecourse ORDER BY day RANGE BETWEEN 730 PRECEDING AND 1 PRECEDING),
        together AS (
            PARTITION BY jockey_id, horse_name ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        from_bracket AS (
            PARTITION BY racecourse, surface, band, bracket_number
            ORDER BY day RANGE BETWEEN 730 PRECEDING AND 1 PRECEDING
        )
),

known AS (
    -- Rates: small numbers are drawn to what is usual (8 % win, 22 % are placed), as if ten usual runs came first.
    SELECT
        *,
        (wins + 8e-1) / (run + 1e1) AS win_rate,
        (places + 22e-1) / (run + 1e1) AS place_rate,
        1e0 * five_speed / NULLIF(five_speeds, 0) AS speed_5,
        1e0 * five_share / NULLIF(five_shares, 0) / 1e6 AS share_5,
        1e0 * five_behind / NULLIF(five_behinds, 0) / 1e3 AS behind_5,
        1e0 * five_burst / NULLIF(five_bursts, 0) / 1e4 AS burst_5,
        1e0 * five_style / NULLIF(five_styles, 0) AS style_5,
        1e0 * five_belief / NULLIF(five_beliefs, 0) / 1e6 AS belief_5,
        1e0 * beliefs / NULLIF(believed, 0) / 1e6 AS belief_all,
        1e0 * surface_speed / NULLIF(surface_speeds, 0) AS speed_surface,
        1e0 * band_speed / NULLIF(band_speeds, 0) AS speed_band,
        1e0 * prizes / NULLIF(run, 0) AS prize_run,
        (quarter_wins + 8e-1) / (quarter_rides + 1e1) AS jockey_rate_90,
        (jockey_wins + 8e-1) / (jockey_rides + 1e1) AS jockey_rate_365,
        (jockey_places + 22e-1) / (jockey_rides + 1e1) AS jockey_place_365,
        1e6 * backed_wins / NULLIF(jockey_backed, 0) / 8e-1 AS jockey_ae
    FROM form
    WHERE race_id IS NOT NULL AND surface IS NOT NULL AND distance IS NOT NULL AND horse_number IS NOT NULL
),

fixed AS (
    -- What is compared within the race, as integers whose squares, times the squares of the runners, fit 64 bits.
    SELECT
        *,
        CAST(ROUND(win_rate * 1e6) AS BIGINT) AS i_win,
        CAST(ROUND(place_rate * 1e6) AS BIGINT) AS i_place,
        CAST(ROUND(speed_5) AS BIGINT) AS i_speed,
        CAST(ROUND(speed_surface) AS BIGINT) AS i_surface,
        CAST(ROUND(speed_band) AS BIGINT) AS i_band,
        CAST(ROUND(share_5 * 1e6) AS BIGINT) AS i_share,
        CAST(ROUND(behind_5 * 1e4) AS BIGINT) AS i_behind,
        CAST(ROUND(burst_5 * 1e4) AS BIGINT) AS i_burst,
        CAST(ROUND(style_5 * 1e4) AS BIGINT) AS i_style,
        CAST(ROUND(belief_5 * 1e6) AS BIGINT) AS i_belief,
        CASE WHEN prize_run > 1e5 THEN 1000000 ELSE CAST(ROUND(prize_run * 1e1) AS BIGINT) END AS i_prize,
        CAST(ROUND(jockey_rate_365 * 1e6) AS BIGINT) AS i_jockey
    FROM known
),

compared AS (
    SELECT
        *,
        COUNT(i_win) OVER field AS n_win,
        SUM(i_win) OVER field AS s_win,
        SUM(i_win * i_win) OVER field AS q_win,
        COUNT(i_place) OVER field AS n_place,
        SUM(i_place) OVER field AS s_place,
        SUM(i_place * i_place) OVER field AS q_place,
        COUNT(i_speed) OVER field AS n_speed,
        SUM(i_speed) OVER field AS s_speed,
        SUM(i_speed * i_speed) OVER field AS q_speed,
        COUNT(i_surface) OVER field AS n_surface,
        SUM(i_surface) OVER field AS s_surface,
        SUM(i_surface * i_surface) OVER field AS q_surface,
        COUNT(i_band) OVER field AS n_band,
        SUM(i_band) OVER field AS s_band,
        SUM(i_band * i_band) OVER field AS q_band,
        COUNT(i_share) OVER field AS n_share,
        SUM(i_share) OVER field AS s_share,
        SUM(i_share * i_share) OVER field AS q_share,
        COUNT(i_behind) OVER field AS n_behind,
        SUM(i_behind) OVER field AS s_behind,
        SUM(i_behind * i_behind) OVER field AS q_behind,
        COUNT(i_burst) OVER field AS n_burst,
        SUM(i_burst) OVER field AS s_burst,
        SUM(i_burst * i_burst) OVER field AS q_burst,
        COUNT(i_style) OVER field AS n_style,
        SUM(i_style) OVER field AS s_style,
        SUM(i_style * i_style) OVER field AS q_style,
        COUNT(i_belief) OVER field AS n_belief,
        SUM(i_belief) OVER field AS s_belief,
        SUM(i_belief * i_belief) OVER field AS q_belief,
        COUNT(i_prize) OVER field AS n_prize,
        SUM(i_prize) OVER field AS s_prize,
        SUM(i_prize * i_prize) OVER field AS q_prize,
        COUNT(i_jockey) OVER field AS n_jockey,
        SUM(i_jockey) OVER field AS s_jockey,
        SUM(i_jockey * i_jockey) OVER field AS q_jockey,
        1e0 * SUM(carried) OVER field / NULLIF(COUNT(carried) OVER field, 0) AS m_carried,
        1e0 * SUM(body_weight) OVER field / NULLIF(COUNT(body_weight) OVER field, 0) AS m_weight,
        COUNT(i_speed) OVER field AS rated_runners,
        MAX(i_speed) OVER field AS top_speed,
        MAX(i_belief) OVER field AS top_belief,
        RANK() OVER (PARTITION BY race ORDER BY COALESCE(i_speed, -1000000000) DESC) AS r_speed,
        RANK() OVER (PARTITION BY race ORDER BY COALESCE(i_share, 1000000000)) AS r_share,
        RANK() OVER (PARTITION BY race ORDER BY COALESCE(i_belief, -1) DESC) AS r_belief,
        RANK() OVER (PARTITION BY race ORDER BY COALESCE(i_prize, -1) DESC) AS r_prize,
        RANK() OVER (PARTITION BY race ORDER BY i_jockey DESC) AS r_jockey,
        RANK() OVER (PARTITION BY race ORDER BY COALESCE(i_style, 1000000000)) AS r_style,
        SUM(CASE WHEN i_style < 5000 THEN 1 ELSE 0 END) OVER field AS leaders
    FROM fixed
    WINDOW field AS (PARTITION BY race)
)

SELECT
    date, race_id, horse_number, horse_name, jockey_id, racecourse, jurisdiction, surface, distance, race_number,
    field_size, held, winners, won, placed, ran, finish_position, win_odds,

    held AS race_runners,
    surface_ordinal AS race_surface,
    distance AS race_distance,
    class AS race_class,
    newcomer AS race_newcomer,
    course AS race_course,
    race_number AS race_number_of_day,
    rated_runners AS race_rated_runners,
    leaders AS race_front_runners,
    bracket_number AS draw_bracket,
    horse_number AS draw_number,
    1e0 * horse_number / held AS draw_share,
    (bracket_places + 44e-1) / (bracket_rides + 2e1) AS draw_place_rate,
    carried / 1e1 AS weight_carried,
    (carried - m_carried) / 1e1 AS weight_carried_relative,
    (carried - last_carried) / 1e1 AS weight_carried_change,

    run AS horse_runs,
    win_rate AS horse_win_rate,
    place_rate AS horse_place_rate,
    prize_run AS horse_prize_per_run,
    day - first_day AS horse_career_days,
    day - last_day AS horse_days_off,
    COALESCE(year_runs, 0) AS horse_runs_365,
    1e0 * year_share / NULLIF(year_shares, 0) / 1e6 AS horse_finish_365,
    share_5 AS horse_finish_5,
    last_share / 1e6 AS horse_finish_last,
    speed_5 / 1e3 AS horse_speed_5,
    five_best / 1e3 AS horse_speed_best_5,
    best_speed / 1e3 AS horse_speed_best,
    last_speed / 1e3 AS horse_speed_last,
    behind_5 AS horse_margin_5,
    last_behind / 1e3 AS horse_margin_last,
    burst_5 AS horse_last3f_5,
    last_burst / 1e4 AS horse_last3f_last,
    style_5 AS horse_style_5,
    belief_5 AS horse_past_market_5,
    belief_all AS horse_past_market,
    last_belief / 1e6 AS horse_past_market_last,
    surface_runs AS horse_surface_runs,
    (surface_places + 22e-1) / (surface_runs + 1e1) AS horse_surface_place_rate,
    speed_surface / 1e3 AS horse_surface_speed,
    band_runs AS horse_distance_runs,
    (band_places + 22e-1) / (band_runs + 1e1) AS horse_distance_place_rate,
    speed_band / 1e3 AS horse_distance_speed,
    course_runs AS horse_course_runs,
    (course_places + 22e-1) / (course_runs + 1e1) AS horse_course_place_rate,
    distance - last_distance AS horse_distance_change,
    class - last_class AS horse_class_change,
    class - five_class AS horse_class_below_5,
    CASE WHEN last_surface <> surface_ordinal THEN 1 WHEN last_surface = surface_ordinal THEN 0 END
        AS horse_surface_change,
    CASE WHEN last_course <> course THEN 1 WHEN last_course = course THEN 0 END AS horse_course_change,

    quarter_rides AS jockey_rides_90,
    jockey_rate_90 AS jockey_win_rate_90,
    1e0 * quarter_share / NULLIF(quarter_shares, 0) / 1e6 AS jockey_finish_90,
    jockey_rides AS jockey_rides_365,
    jockey_rate_365 AS jockey_win_rate_365,
    jockey_place_365 AS jockey_place_rate_365,
    jockey_ae AS jockey_actual_expected,
    (here_wins + 8e-1) / (here_rides + 1e1) AS jockey_course_win_rate,
    together_rides AS pair_rides,
    (together_wins + 8e-1) / (together_rides + 1e1) AS pair_win_rate,
    (together_places + 22e-1) / (together_rides + 1e1) AS pair_place_rate,
    CASE WHEN last_jockey <> jockey_id THEN 1 WHEN last_jockey = jockey_id THEN 0 END AS pair_jockey_change,

    (n_win * i_win - s_win) / NULLIF(SQRT(1e0 * (n_win * q_win - s_win * s_win)), 0e0) AS field_win_rate,
    (n_place * i_place - s_place) / NULLIF(SQRT(1e0 * (n_place * q_place - s_place * s_place)), 0e0) AS field_place_rate,
    (n_speed * i_speed - s_speed) / NULLIF(SQRT(1e0 * (n_speed * q_speed - s_speed * s_speed)), 0e0) AS field_speed,
    (n_surface * i_surface - s_surface) / NULLIF(SQRT(1e0 * (n_surface * q_surface - s_surface * s_surface)), 0e0) AS field_surface_speed,
    (n_band * i_band - s_band) / NULLIF(SQRT(1e0 * (n_band * q_band - s_band * s_band)), 0e0) AS field_distance_speed,
    (n_share * i_share - s_share) / NULLIF(SQRT(1e0 * (n_share * q_share - s_share * s_share)), 0e0) AS field_finish,
    (n_behind * i_behind - s_behind) / NULLIF(SQRT(1e0 * (n_behind * q_behind - s_behind * s_behind)), 0e0) AS field_margin,
    (n_burst * i_burst - s_burst) / NULLIF(SQRT(1e0 * (n_burst * q_burst - s_burst * s_burst)), 0e0) AS field_last3f,
    (n_style * i_style - s_style) / NULLIF(SQRT(1e0 * (n_style * q_style - s_style * s_style)), 0e0) AS field_style,
    (n_belief * i_belief - s_belief) / NULLIF(SQRT(1e0 * (n_belief * q_belief - s_belief * s_belief)), 0e0) AS field_past_market,
    (n_prize * i_prize - s_prize) / NULLIF(SQRT(1e0 * (n_prize * q_prize - s_prize * s_prize)), 0e0) AS field_prize,
    (n_jockey * i_jockey - s_jockey) / NULLIF(SQRT(1e0 * (n_jockey * q_jockey - s_jockey * s_jockey)), 0e0) AS field_jockey,
    (i_speed - top_speed) / 1e3 AS field_speed_behind_best,
    (i_belief - top_belief) / 1e6 AS field_past_market_behind_best,
    1e0 * r_speed / held AS field_rank_speed,
    1e0 * r_share / held AS field_rank_finish,
    1e0 * r_belief / held AS field_rank_past_market,
    1e0 * r_prize / held AS field_rank_prize,
    1e0 * r_jockey / held AS field_rank_jockey,
    1e0 * r_style / held AS field_rank_style,

    going_ordinal AS day_going,
    weather_ordinal AS day_weather,
    going_runs AS horse_going_runs,
    (going_places + 22e-1) / (going_runs + 1e1) AS horse_going_place_rate,
    1e0 * going_share / NULLIF(going_shares, 0) / 1e6 AS horse_going_finish,
    body_weight AS day_weight,
    body_weight_change AS day_weight_change,
    body_weight - m_weight AS day_weight_relative,
    body_weight - last_weight AS day_weight_since_last,

    1e0 * implied / NULLIF(book, 0) AS market_chance,
    favourite_rank AS market_rank
FROM compared
