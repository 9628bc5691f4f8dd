from massctl.view.pages.article import drawn


def test_a_video_of_wechat_is_drawn_and_no_frame_of_another_site_is_opened() -> None:
    video = '<iframe class="video_iframe" data-mpvid="wxv_1" src="https://v.qq.com/x"></iframe>'
    shown = '<section role="img" aria-label="视频" class="video_iframe" data-mpvid="wxv_1" src="https://v.qq.com/x">'
    assert f"<p>前</p>{shown}</section><p>后</p>" == drawn(f"<p>前</p>{video}<p>后</p>")
